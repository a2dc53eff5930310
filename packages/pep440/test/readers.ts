import { mustRead, textReader } from "@murre/test-kit";
import { compareVersions } from "../src/compare-versions.ts";
import { parseLenientSpecifierSet, repairSpecifiers } from "../src/lenient-specifier-set.ts";
import { parseVersion } from "../src/parse-version.ts";
import { acceptsPython } from "../src/requires-python.ts";
import { parseSpecifierSet } from "../src/specifier-set.ts";
import { parseSpecifier } from "../src/specifier.ts";

const sets = [
  ">=1.0,!=1.3.*,<2",
  "~=2.2.post3",
  "==1.0+local.1",
  "===anything",
  ">= 3.6, <4",
  ">dev",
  "!=1.0.dev0,>1!0",
];
const lenient = [">=2.7, !=3.0.*, !=3.1.*,", ">=3.6.*", "(>=3.6)", ">=2.*", "'>=3.7'", ">= '3.8'", "==3.8,<=3.10.*;"];

/** Everything of this package that reads what strangers wrote. */
export const readers = [
  textReader(
    "version",
    (text) => {
      const version = parseVersion(text);
      if (
        compareVersions(
          version,
          mustRead(() => parseVersion(String(version))),
        ) !== 0
      )
        throw new Error(`is not ${String(version)}`);
    },
    ["1.0", "v2!1.2.3a4.post5.dev6+ubuntu-1_x", "1.0-1", "1.0.0RC1", "  1.0.alpha \n"],
  ),
  textReader(
    "specifier",
    (text) => {
      const specifier = parseSpecifier(text);
      specifier.contains("1.0");
      mustRead(() => parseSpecifier(String(specifier)));
    },
    sets,
  ),
  textReader(
    "specifier-set",
    (text) => {
      const set = parseSpecifierSet(text);
      set.contains("1.0");
      mustRead(() => parseSpecifierSet(String(set)));
    },
    sets,
  ),
  textReader(
    "lenient-specifier-set",
    (text) => {
      const set = parseLenientSpecifierSet(text);
      set.contains("1.0");
      mustRead(() => parseSpecifierSet(String(set)));
    },
    [...sets, ...lenient],
  ),
  textReader("repaired-specifiers", repairSpecifiers, lenient),
  textReader("requires-python", (text) => acceptsPython(parseLenientSpecifierSet(text), "3.12.1"), [
    ...sets,
    ...lenient,
  ]),
];
