import { temporaryFolder } from "@murre/test-kit";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";

const app = fileURLToPath(new URL("..", import.meta.url));
const house = fileURLToPath(new URL("../../..", import.meta.url));
const windows = process.platform === "win32";
const npmCache = temporaryFolder("npm");

/** npm as a user has it: no workspace around, nothing fetched, because murre brings no other package. */
function npm(cwd: string, ...words: string[]): string {
  const env = { ...process.env, npm_config_offline: "true", npm_config_cache: npmCache };
  return execFileSync(windows ? "npm.cmd" : "npm", words, {
    cwd,
    encoding: "utf8",
    env,
    shell: windows,
    stdio: ["ignore", "pipe", "ignore"],
  });
}

describe("murre packed and installed from its tarball, as a user of npm gets it", () => {
  let consumer = "";
  let installed = "";
  let packedBytes = 0;

  beforeAll(() => {
    const packed = temporaryFolder("pack");
    // `prepack` builds, which other tests of this run must not see.
    npm(app, "pack", "--ignore-scripts", "--pack-destination", packed);
    packedBytes = statSync(join(packed, readdirSync(packed)[0] ?? "")).size;
    consumer = temporaryFolder("consumer");
    writeFileSync(join(consumer, "package.json"), JSON.stringify({ name: "consumer", type: "module", private: true }));
    npm(consumer, "install", "--no-audit", "--no-fund", join(packed, readdirSync(packed)[0] ?? ""));
    installed = join(consumer, "node_modules/murre");
  });

  test("brings no other package", () => {
    expect(readdirSync(join(consumer, "node_modules")).filter((name) => !name.startsWith("."))).toEqual(["murre"]);
  });

  test("holds the bundle and its declarations, no sources and no tests", () => {
    const paths = readdirSync(installed, { recursive: true, encoding: "utf8" });
    expect(paths).toContain(join("dist", "murre.cjs"));
    expect(paths).toContain(join("dist", "index.d.ts"));
    expect(paths.filter((path) => /\.test\.|tsbuildinfo|^src/.test(path))).toEqual([]);
  });

  test("is at most 700 kB packed, the bundle once, and nothing of what tsc wrote beside it", () => {
    expect(packedBytes).toBeLessThanOrEqual(700_000);
    const scripts = readdirSync(join(installed, "dist"), { recursive: true, encoding: "utf8" });
    expect(scripts.filter((path) => /\.[cm]?js$/.test(path)).toSorted()).toEqual(
      [
        "heartbeat-worker",
        "index.js",
        "library",
        "link-worker",
        "murre",
        "start",
        "unpack-worker",
        "verify-worker",
      ].map((name) => (name.includes(".") ? name : `${name}.cjs`)),
    );
  });

  test("holds the licences of everything that is bundled, and a list of it", () => {
    const notices = readFileSync(join(installed, "dist/THIRD-PARTY-NOTICES.txt"), "utf8");
    const { components } = JSON.parse(readFileSync(join(installed, "dist/sbom.cdx.json"), "utf8")) as {
      components: readonly { name: string; version: string; purl: string; licenses: readonly unknown[] }[];
    };
    expect(components.map(({ name }) => name)).toEqual(expect.arrayContaining(["undici", "commander", "smol-toml"]));
    for (const { name, version, purl, licenses } of components) {
      expect(notices).toContain(`${name} ${version} (`);
      expect([purl, licenses.length]).toEqual([`pkg:npm/${name.replace("@", "%40")}@${version}`, 1]);
    }
  });

  test("no file has a declaration of a package that it does not bring", () => {
    const paths = readdirSync(installed, { recursive: true, encoding: "utf8" }).filter((path) =>
      path.endsWith(".d.ts"),
    );
    const modules = paths.flatMap((path) =>
      [...readFileSync(join(installed, path), "utf8").matchAll(/(?:from |import\()"([^".][^"]*)"/g)].map(
        ([, name]) => name,
      ),
    );
    expect(modules.filter((name) => name?.startsWith("node:") !== true)).toEqual([]);
  });

  test("its command runs", () => {
    const bin = join(consumer, "node_modules/.bin", windows ? "murre.cmd" : "murre");
    const { version } = JSON.parse(readFileSync(join(installed, "package.json"), "utf8")) as { version: string };
    expect(execFileSync(bin, ["--version"], { encoding: "utf8", shell: windows })).toBe(`murre ${version}\n`);
  });

  test("its command installs a wheel into an environment with its worker threads", () => {
    const bin = join(consumer, "node_modules/.bin", windows ? "murre.cmd" : "murre");
    const run = (...words: string[]) =>
      execFileSync(bin, [...words, "--cache-dir", join(consumer, "cache"), "-q"], {
        encoding: "utf8",
        cwd: consumer,
        shell: windows,
      });
    mkdirSync(join(consumer, "wheels"));
    execFileSync(
      process.execPath,
      [
        "--input-type=module",
        "-e",
        `import { writeWheel } from "@murre/test-kit"; await writeWheel(process.argv[1], { name: "packed", version: "1.0" });`,
        join(consumer, "wheels"),
      ],
      { cwd: app },
    );
    run("venv", "env");
    const words = ["-p", "env", "--no-config", "--no-index", "--find-links", "wheels", "packed"];
    expect(run("pip", "install", ...words)).toBe("");
    expect(run("pip", "freeze", "-p", "env")).toBe("packed==1.0\n");
  });

  test("its library is imported by name, and by require()", () => {
    const code = `import { createMurre } from "murre"; import { createRequire } from "node:module";
      const required = createRequire(import.meta.url)("murre");
      console.log(typeof createMurre().sync, required.createMurre === createMurre);`;
    const file = join(consumer, "use.mjs");
    writeFileSync(file, code);
    const flags = process.versions.node.startsWith("20.") ? ["--no-warnings"] : [];
    expect(execFileSync(process.execPath, [...flags, file], { cwd: consumer, encoding: "utf8" })).toBe(
      "function true\n",
    );
  });

  test("its declarations are whole: a strict consumer compiles, and a wrong call does not", () => {
    const tsc = join(house, "node_modules/typescript/bin/tsc");
    const compile = (code: string) => {
      writeFileSync(join(consumer, "use.ts"), code);
      try {
        execFileSync(
          process.execPath,
          [
            tsc,
            "--noEmit",
            "--strict",
            "--module",
            "nodenext",
            "--target",
            "es2023",
            "--types",
            "node",
            "--typeRoots",
            join(house, "node_modules/@types"),
            "use.ts",
          ],
          { cwd: consumer, encoding: "utf8" },
        );
        return "";
      } catch (error) {
        return (error as { stdout: string }).stdout;
      }
    };
    expect(existsSync(tsc)).toBe(true);
    const start = `import { createMurre, type ChangeReport } from "murre";\n`;
    expect(
      compile(
        `${start}const report: ChangeReport = await createMurre().sync({ requirementFiles: ["r.txt"] });\nconsole.log(report.added[0]?.name);\n`,
      ),
    ).toBe("");
    expect(
      compile(`${start}await createMurre().sync({ requirementFiles: 3 });\nexport type X = ChangeReport;\n`),
    ).toContain("TS2322");
    const errors = `import { errors, type ErrorCode } from "murre";\nexport const { code } = new errors.NoSolution("none");\n`;
    expect(compile(`${errors}export const known: ErrorCode = "MURRE_NOT_A_ZIP";\n`)).toBe("");
    expect(compile(`${errors}export const unknown: ErrorCode = "MURRE_NO_SUCH";\n`)).toContain("TS2322");
  });
});
