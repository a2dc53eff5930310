import type { ChangeReport, InstallerEvent, Operations } from "@murre/installer";
import { describe, expect, test } from "vitest";
import { cutTo, widthOf } from "../src/present/live/width.ts";
import { runWords } from "../src/run-words.test.data.ts";

/** What a terminal of so many columns shows after these bytes: the sequences of murre, and nothing else. */
function screenOf(columns: number, written: string): string[] {
  const rows = [""];
  let row = 0;
  let column = 0;
  const nextRow = () => {
    row += 1;
    column = 0;
    rows[row] ??= "";
  };
  const put = (sign: string) => {
    if (column === columns) nextRow();
    rows[row] = `${(rows[row] ?? "").slice(0, column).padEnd(column)}${sign}${(rows[row] ?? "").slice(column + 1)}`;
    column++;
  };
  // oxlint-disable-next-line no-control-regex
  for (const [part, up] of written.matchAll(/\u001b\[(\d+)A|\u001b\[J|\u001b\[\d*m|[^]/g))
    if (part === "\r") column = 0;
    else if (part === "\n") nextRow();
    else if (up !== undefined) row -= Number(up);
    else if (part === "\u001b[J") {
      rows.length = row + 1;
      rows[row] = (rows[row] ?? "").slice(0, column);
    } else if (!part.startsWith("\u001b")) put(part);
  return rows;
}

const change = { added: [], removed: [], kept: [], dryRun: false } as unknown as ChangeReport;

type Step = InstallerEvent | { readonly after: number };

/** Runs an installation that tells these events; what the screen shows after each tick of the clock, and at the end. */
async function shown(
  steps: readonly Step[],
  { words = [] as string[], columns = 80, isTTY = true, env = {} as Record<string, string> } = {},
) {
  const screens: string[][] = [];
  let written = "";
  let now = 0;
  const timers: { every: number; next: number; call: () => void }[] = [];
  const install: Operations["install"] = async ({ onEvent }) => {
    for (const step of steps) {
      // What shows it is loaded meanwhile.
      await new Promise((resolve) => setTimeout(resolve, 0));
      if ("type" in step) onEvent?.(step);
      else {
        await import("../src/present/live/live-area.ts");
        await new Promise((resolve) => setTimeout(resolve, 0));
        now += step.after;
        for (const timer of timers)
          for (; timer.next <= now; timer.next += timer.every) if (timer.next + timer.every > now) timer.call();
        screens.push(screenOf(columns, written));
      }
    }
    return change;
  };
  await runWords(
    ["pip", "install", "x", ...words],
    { install },
    {
      env,
      stderr: { isTTY, columns, rows: 24, write: (text) => void (written += text) },
      clock: {
        now: () => now,
        every(every, call) {
          const timer = { every, next: now + every, call };
          timers.push(timer);
          return () => void timers.splice(timers.indexOf(timer), 1);
        },
      },
      lastLine: (path) => (path === "/log" ? "  compiling \u001b[31mcore.c" : undefined),
    },
  );
  return { screens, end: screenOf(columns, written), written };
}

const resolving = (project: string, projects: number): Step => ({ type: "resolving", project, projects });
const resolved: Step = { type: "resolved", distributions: 3, durationMs: 2100 };

describe("what is going on is drawn below what stays", () => {
  test("resolving: how many projects, which one, how long", async () => {
    const { screens, end } = await shown([
      resolving("flask", 1),
      { after: 100 },
      resolving("jinja2", 2),
      { after: 2000 },
      resolved,
    ]);
    expect(screens).toEqual([["| Resolving 1 project (0s): flask"], ["/ Resolving 2 projects (2s): jinja2"]]);
    expect(end).toEqual(["Resolved 3 distributions in 2.10s", ""]);
  });

  test("downloads: bytes, of how many, how fast, and how many of all", async () => {
    const { screens } = await shown([
      { type: "fetch-started", name: "big", version: "1.0", sizeBytes: 10 << 20 },
      { type: "fetch-started", name: "small", version: "2.0", sizeBytes: 1 << 20 },
      { after: 1000 },
      { type: "fetch-progress", name: "big", receivedBytes: 4 << 20 },
      { type: "fetched", name: "small", version: "2.0" },
      { after: 100 },
    ]);
    expect(screens).toEqual([
      [
        "| Fetching 0 of 2 distributions: 0 B of 11.0 MiB",
        "    big 1.0: 0 B of 10.0 MiB",
        "    small 2.0: 0 B of 1.0 MiB",
      ],
      ["/ Fetching 1 of 2 distributions: 5.0 MiB of 11.0 MiB, 4.5 MiB/s", "    big 1.0: 4.0 MiB of 10.0 MiB"],
    ]);
  });

  test("building: the hook, how long, and the last line of the log, which moves no cursor", async () => {
    const building = { type: "building", source: "core-1.0.tar.gz", hook: "build_wheel", logPath: "/log" } as const;
    const { screens, end } = await shown([
      building,
      { after: 61_000 },
      { type: "built", source: "core-1.0.tar.gz", filename: "core-1.0-py3-none-any.whl", durationMs: 61_000 },
      { after: 100 },
    ]);
    expect(screens[0]).toEqual(["| Building core-1.0.tar.gz: build_wheel (1m 01s)    compiling \\x1b[31mcore.c"]);
    expect(end).toEqual(["Built core-1.0-py3-none-any.whl in 1m 01s", ""]);
  });

  test("placing, and waiting for whom and how long", async () => {
    const { screens } = await shown([
      { type: "waiting", what: "waiting for murre (pid 7): the environment" },
      { after: 5000 },
      { type: "placing", files: 1234, distributions: 2 },
      { after: 100 },
      { type: "placing-progress", files: 512 },
      { after: 100 },
    ]);
    expect(screens).toEqual([
      ["| 5s waiting for murre (pid 7): the environment"],
      ["/ Placing 0 of 1234 files of 2 distributions"],
      ["- Placing 512 of 1234 files of 2 distributions"],
    ]);
  });

  test.each([120, 80, 40])("each line is cut to %d columns, and nothing of it stays", async (columns) => {
    const name = "a-project-with-a-long-name-".repeat(8);
    const { screens, end } = await shown(
      [
        resolving(name, 1),
        { after: 100 },
        resolving(`${name}2`, 2),
        { after: 100 },
        { type: "warning", code: "MURRE_WARNING_RECORD", message: "careful" },
        { after: 100 },
        resolved,
      ],
      { columns },
    );
    for (const screen of screens) for (const line of screen) expect(line.length).toBeLessThan(columns);
    expect(screens.map((screen) => screen.length)).toEqual([1, 1, 2]);
    expect(end).toEqual(["warning: careful", "Resolved 3 distributions in 2.10s", ""]);
  });

  test("what is over at once is not drawn", async () => {
    const { written } = await shown([resolving("flask", 1), { after: 50 }, resolved]);
    expect(written).toBe("Resolved 3 distributions in 2.10s\n");
  });

  test("signs of a terminal that knows them", async () => {
    const { screens } = await shown([resolving("flask", 1), { after: 100 }], { env: { LANG: "C.UTF-8" } });
    expect(screens).toEqual([["⠋ Resolving 1 project (0s): flask"]]);
  });
});

describe("where nothing can be drawn", () => {
  const slow: Step[] = [
    resolving("flask", 1),
    { after: 100 },
    { after: 15_000 },
    resolved,
    { type: "fetch-started", name: "big", version: "1.0", sizeBytes: 10 << 20 },
    { type: "fetch-started", name: "small", version: "2.0", sizeBytes: 1000 },
  ];

  test.each<[what: string, options: Parameters<typeof shown>[1]]>([
    ["in CI", { isTTY: false }],
    ["in a terminal that cannot move its cursor", { env: { TERM: "dumb" } }],
  ])("%s, lines say what is big and what is slow", async (_, options) => {
    const { written } = await shown(slow, options);
    expect(written).toBe(
      "Resolving 1 project (15s): flask\nResolved 3 distributions in 2.10s\nDownloading big 1.0 (10.0 MiB)\n",
    );
  });

  test.each([[["-q"]], [["--no-progress"]], [["--progress-bar", "off"]]])("with %j nobody is told", async (words) => {
    const { written } = await shown(slow.slice(0, 3), { words, isTTY: false });
    expect(written).toBe("");
    expect((await shown(slow.slice(0, 3), { words })).written).toBe("");
  });

  test.each([[{ NO_COLOR: "1" }], [{ TERM: "dumb" }]])("with %j no colour", async (env) => {
    // oxlint-disable-next-line no-control-regex
    expect((await shown(slow, { env })).written).not.toMatch(/\u001b\[\d*m/);
  });
});

test.each([
  ["abc", 3],
  ["日本", 4],
  ["e\u0301", 1],
  ["🎉!", 3],
  ["한글", 4],
])("%s takes %d columns", (text, width) => {
  expect(widthOf(text)).toBe(width);
  expect(cutTo(width, text)).toBe(text);
  expect(widthOf(cutTo(width, `${text}${text}`))).toBeLessThanOrEqual(width);
});
