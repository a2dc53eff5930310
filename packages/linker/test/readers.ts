import { fileReader, textReader } from "@murre/test-kit";
import { parseRecord } from "@murre/wheel";
import { mkdirSync } from "node:fs";
import { openFolders } from "../src/environment/folders.ts";
import type { Journal } from "../src/state/journal.ts";
import { readJournal } from "../src/state/read-journal.ts";
import { recordedFiles } from "../src/environment/recorded-files.ts";
import { parseStamp } from "../src/state/stamp.ts";
import { makeEnvironment } from "./environment.ts";

const { env, site, state, destination } = makeEnvironment();
const { launchers: _, ...plain } = destination;
const executor = `${state.commit}/left-1/x-left-2`;
for (const name of ["stage/0", "old"]) mkdirSync(`${executor}/${name}`, { recursive: true });

const journal: Journal = {
  format: 1,
  id: "left-1",
  command: "test",
  places: [],
  destination: plain,
  steps: [
    { do: "retire", at: 0, target: `${site}/old.py`, old: "old/0", was: "1:2:3" },
    { do: "save", at: 0, target: `${site}/saved.py`, old: "old/1", was: "1:2:3" },
    { do: "place", at: 0, target: `${site}/new.py`, stage: "stage/0/new.py", is: "1:2:3" },
    { do: "tidy", at: 0, target: `${site}/folder` },
  ],
  removed: ["x"],
  added: ["y"],
} as never;

function readSteps(): void {
  const { steps } = readJournal(executor, "left-1", state);
  if (!steps.every(({ target }) => target.startsWith(`${env}/`))) throw new Error("a step leads outside");
}

/** Everything of this package that reads what strangers wrote. */
export const readers = [
  fileReader("journal", `${executor}/journal`, readSteps, [JSON.stringify(journal)]),
  textReader("stamp", parseStamp, [
    JSON.stringify({ id: "a", distributions: { "x-1.0.dist-info": { is: "1:2:3", archive: "0a".repeat(32) } } }),
  ]),
  textReader(
    "recorded-files",
    (text) => {
      const folders = openFolders(destination);
      let record: ReturnType<typeof parseRecord> = [];
      try {
        record = parseRecord(text);
      } catch {
        // The wheel's own tests are about that.
      }
      const { files } = recordedFiles({ sitePackages: site, record }, folders);
      for (const path of files.keys()) if (!path.startsWith(`${env}/`)) throw new Error(`${path} leads outside`);
    },
    ["x.py,,\n../../bin/tool,,\n/etc/passwd,,\n../../../x,,\n", "a//b,,\n./c,,\nd/../e,,\nC:\\x,,\n"],
  ),
];
