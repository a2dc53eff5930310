import { temporaryFolder } from "@murre/test-kit";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readInstalled, readInstalledMetadata, readInstalledName } from "./installed.ts";

function installed(metadata: string) {
  const folder = temporaryFolder("installed-name");
  const distInfo = join(folder, "some_name-1.0.dist-info");
  mkdirSync(distInfo);
  writeFileSync(join(distInfo, "METADATA"), metadata);
  return readInstalled([folder])[0]!;
}

const long = `Summary: ${"x".repeat(4000)}\n`;

test.each<[string, string]>([
  ["in the order that every tool writes", "Metadata-Version: 2.1\nName: Some.Name\nVersion: 1.0\nRequires-Dist: x\n"],
  ["behind a long field", `Metadata-Version: 2.1\n${long}Name: Some.Name\nVersion: 1.0\n`],
  ["with line feeds of Windows", "Metadata-Version: 2.1\r\nName: Some.Name\r\nVersion: 1.0\r\n"],
  ["in other letters", "metadata-version: 2.1\nNAME: Some.Name\nversion: 1.0\n"],
  ["with a version that goes on in the next line", "Metadata-Version: 2.1\nName: Some.Name\nVersion: 1.0\n  0\n"],
])("a name is read as the whole METADATA has it: %s", (_, metadata) => {
  const distribution = installed(metadata);
  expect([readInstalledName(distribution), readInstalledMetadata(distribution).name]).toEqual([
    "Some.Name",
    "Some.Name",
  ]);
});

test("METADATA without a name is an error, as when all of it is read", () => {
  expect(() => readInstalledName(installed("Metadata-Version: 2.1\nVersion: 1.0\n"))).toThrow(
    expect.objectContaining({ code: "MURRE_INVALID_METADATA" }) as Error,
  );
});
