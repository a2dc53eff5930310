import { normalizeName } from "@murre/pep508";
import { mustRead, textReader } from "@murre/test-kit";
import { isSourceArchive, parseSdistFilename, parseWheelFilename, versionAfter } from "../src/distribution-filename.ts";
import { parseTagSet, tagToString } from "../src/tag.ts";

const sdists = ["demo-1.0.tar.gz", "a-b-c-1.0-2.zip", "X_y.z-2!1.0+l.tar.gz", "demo-1.0.tar.bz2"];

/** Everything of this package that reads what strangers wrote. */
export const readers = [
  textReader("tag-set", (text) => parseTagSet(text).map((tag) => mustRead(() => parseTagSet(tagToString(tag)))), [
    "py2.py3-none-any",
    "cp312-abi3-manylinux_2_17_x86_64.musllinux_1_2_x86_64",
  ]),
  textReader("wheel-filename", parseWheelFilename, [
    "demo-1.0-py3-none-any.whl",
    "a_b.c-1!2.0+x-1abc-cp39.cp310-abi3-win32.win_amd64.whl",
  ]),
  textReader("sdist-filename", (text) => isSourceArchive(text) && parseSdistFilename(text), sdists),
  textReader("sdist-filename-of-project", (text) => parseSdistFilename(text, normalizeName("a-b-c")), sdists),
  textReader("version-after", (text) => versionAfter(text, "a-b.c"), ["a-b-c-1.0", "a_b.c-2", "A--b__c-3-4"]),
];
