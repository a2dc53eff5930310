import { indexedWheel, temporaryFolder, writeWheel, type IndexedFile } from "@murre/test-kit";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { cleanEnvironment, run, succeeded } from "./command-world.ts";
import { startHeldIndex, type HeldIndex } from "./held-index.ts";
import { hasTmux, openTerminal, type UserTerminal } from "./tmux.ts";

if (!hasTmux) console.log("tmux is not installed: its tests are left out");

const murre = fileURLToPath(new URL("../bin/murre.js", import.meta.url));
const widths = [120, 80, 40];

/** Half of the file is answered at once; it cannot be compressed, so that its size is the same everywhere. */
const bytes = Buffer.concat(
  Array.from({ length: 40_000 }, (_, number) => createHash("sha256").update(String(number)).digest()),
);
const files: IndexedFile[] = await Promise.all([
  indexedWheel({ name: "big", version: "2.0", requiresDist: ["small-part"], files: { "big/data.bin": bytes } }),
  indexedWheel({ name: "small-part", version: "1.0", files: { "small_part.py": "" } }),
  indexedWheel({ name: "needs-old", version: "1.0", requiresDist: ["small-part<1"] }),
]);
interface Session {
  readonly terminal: UserTerminal;
  readonly index: HeldIndex;
  readonly folder: string;
  /** Opens a second terminal in the same place. */
  second(): Promise<UserTerminal>;
  /** Keeps what is shown, once it matches. */
  look(pattern: RegExp, of?: UserTerminal): Promise<void>;
}

/** What moves or differs from machine to machine stands still: spinner, times, speeds, ports and process ids. */
const frozen = (screen: string): string =>
  screen
    .replaceAll(/^[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏] /gm, "⠿ ")
    .replaceAll(/, \d+(?:\.\d)? (?:B|[KM]iB)\/s/g, "")
    .replaceAll(/\((?:\d+m )?\d+s\)/g, "(0s)")
    .replaceAll(/(?:\d+m )?\d+s waiting/g, "0s waiting")
    .replaceAll(/ in (?:\d+m )?[\d.]+m?s/g, " in 0ms")
    // Where a narrow line ends depends on how many digits it has.
    .replaceAll(/pid \d+\)?:?[^…\n]*…/g, "pid 0)…")
    .replaceAll(/pid \d+/g, "pid 0")
    .replaceAll(/(127\.0\.0\.1):\d+/g, "$1:0");

describe.skipIf(!hasTmux)("what somebody at a terminal of 120, 80 and 40 columns sees of", () => {
  const bin = temporaryFolder("programs");
  writeFileSync(join(bin, "murre"), `#!/bin/sh\nexec '${process.execPath}' '${murre}' "$@"\n`, { mode: 0o755 });

  /** One session at all widths, at once: what each look showed. */
  async function record(session: (session: Session) => Promise<void>): Promise<string> {
    const texts = await Promise.all(
      widths.map(async (columns) => {
        const folder = temporaryFolder("session");
        const index = await startHeldIndex(files);
        const env = {
          ...cleanEnvironment(),
          PATH: `${bin}:${process.env["PATH"]}`,
          LANG: "C.UTF-8",
          LC_ALL: "C.UTF-8",
          TERM: "xterm-256color",
          NO_COLOR: undefined,
          FORCE_COLOR: undefined,
          PIP_INDEX_URL: index.url,
          PIP_RETRIES: "0",
          MURRE_CACHE_DIR: join(folder, "cache"),
        };
        succeeded(await run(process.execPath, [murre, "venv"], folder, env));
        const terminals: UserTerminal[] = [];
        const open = async () => {
          const terminal = await openTerminal(columns, folder, env);
          terminals.push(terminal);
          return terminal;
        };
        const looks: string[] = [];
        try {
          const terminal = await open();
          await session({
            terminal,
            index,
            folder,
            second: open,
            look: async (pattern, of = terminal) => void looks.push(frozen(await of.shows(pattern))),
          });
        } finally {
          index.close();
          await Promise.all(terminals.map((terminal) => terminal.close()));
        }
        return looks.map((look) => `${"=".repeat(columns)}\n${look}\n`).join("");
      }),
    );
    return texts.join("\n\n");
  }

  test("an installation", async () => {
    const screens = await record(async ({ terminal, index, look }) => {
      const body = index.hold("/files/big-2.0-py3-none-any.whl");
      await terminal.type("murre pip install big");
      await look(/Fetching 1 of 2[^\n]*\n[^\n]*big 2\.0: (?!0 B)/);
      body.open();
      await look(/small-part[^$]*\n\$$/);
    });
    await expect(screens).toMatchFileSnapshot("terminal-sessions/install.txt");
  });

  test("a slow resolution", async () => {
    const screens = await record(async ({ terminal, index, look }) => {
      const page = index.hold("/simple/small-part/");
      await terminal.type("murre pip install --dry-run big");
      await look(/Resolving 2 projects/);
      page.open();
      await look(/small-part[^$]*\n\$$/);
    });
    await expect(screens).toMatchFileSnapshot("terminal-sessions/resolve.txt");
  });

  test("a build", async () => {
    const screens = await record(async ({ terminal, folder, look }) => {
      const core = join(folder, "core");
      mkdirSync(core);
      const built = await writeWheel(core, { name: "core", version: "1.0", files: { "core.py": "" } });
      writeFileSync(
        join(core, "pyproject.toml"),
        '[project]\nname = "core"\nversion = "1.0"\n[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n',
      );
      writeFileSync(
        join(core, "backend.py"),
        `
import os, shutil, time
def build_wheel(folder, settings=None, metadata=None):
    print("cc -c core.c -o core.o", flush=True)
    while not os.path.exists(${JSON.stringify(join(folder, "compiled"))}):
        time.sleep(0.01)
    return os.path.basename(shutil.copy(${JSON.stringify(built)}, folder))
`,
      );
      await terminal.type("murre pip install ./core");
      await look(/Building core: build_wheel \(\d+s\)  cc/);
      writeFileSync(join(folder, "compiled"), "");
      await look(/\+ core[^$]*\n\$$/);
    });
    await expect(screens).toMatchFileSnapshot("terminal-sessions/build.txt");
  });

  test("waiting for what another one fetches", async () => {
    const screens = await record(async ({ terminal, index, second, look }) => {
      const body = index.hold("/files/big-2.0-py3-none-any.whl");
      await terminal.type("murre pip install big");
      await terminal.shows(/Fetching 1 of 2/);
      const other = await second();
      await other.type("murre pip install --target other big");
      await look(/waiting for/, other);
      body.open();
      await look(/small-part[^$]*\n\$$/, other);
    });
    await expect(screens).toMatchFileSnapshot("terminal-sessions/waiting.txt");
  });

  test("a failure", async () => {
    const screens = await record(async ({ terminal, look }) => {
      await terminal.type("murre pip install big needs-old");
      await look(/NO_SOLUTION[^$]*\n\$$/);
      await terminal.type("clear; murre pip install 'big>=3'; echo exit code $?");
      await look(/exit code 1\n\$$/);
    });
    await expect(screens).toMatchFileSnapshot("terminal-sessions/failure.txt");
  });

  test("an interruption", async () => {
    const screens = await record(async ({ terminal, index, look }) => {
      index.hold("/files/big-2.0-py3-none-any.whl");
      await terminal.type("murre pip install big");
      await terminal.shows(/Fetching 1 of 2/);
      await terminal.press("C-c");
      await look(/interrupted\n+\$$/);
      // The terminal shows what is typed, and lines begin at its edge.
      await terminal.type("echo exit code $?; ls");
      await look(/exit code 130\n[^$]*\$$/);
    });
    await expect(screens).toMatchFileSnapshot("terminal-sessions/interruption.txt");
  });

  test("the README, which is a run of the command as it is", async () => {
    const recorded = join(temporaryFolder("recorded"), "run.svg");
    const root = fileURLToPath(new URL("../../../", import.meta.url));
    succeeded(await run(process.execPath, [join(root, "scripts/record-run.mjs"), recorded], root, process.env));
    const [shown, now] = [join(root, "docs/run.svg"), recorded].map((path) =>
      textOfDrawing(readFileSync(path, "utf8")),
    );
    expect(now).toBe(shown);
    expect(now).toMatch(/^\$ murre venv\n[^$]*\$ murre pip install flask\n[^$]*^\+ flask==3\.1\.2$/m);
  });
});

/** The lines of a drawn terminal, without what differs from machine to machine. */
const textOfDrawing = (svg: string): string =>
  [...svg.matchAll(/<text [^>]*>([^<]*)/g)]
    .map(([, text = ""]) =>
      text.replaceAll(/ in [\d.]+m?s/g, "").replaceAll(/Python [\d.]+ in|\/\S+(?=\/project)/g, ""),
    )
    .join("\n");
