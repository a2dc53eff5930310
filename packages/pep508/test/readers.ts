import { mustRead, textReader } from "@murre/test-kit";
import { digestProblem, knownHashes } from "../src/hash-algorithms.ts";
import { parseLenientRequirement, separateMarker } from "../src/lenient-requirement.ts";
import type { MarkerEnvironment } from "../src/marker-expression.ts";
import { parseMarker } from "../src/marker.ts";
import { isValidName, normalizeName } from "../src/names.ts";
import { canonicalUrl, fragmentHashes, isLocalUrl, withHashesOf } from "../src/one-url.ts";
import { readPythonString } from "../src/python-string.ts";
import { redactUrl } from "../src/redact-url.ts";
import { parseRequirement } from "../src/requirement.ts";

const environment: MarkerEnvironment = {
  implementation_name: "cpython",
  implementation_version: "3.12.1",
  os_name: "posix",
  platform_machine: "x86_64",
  platform_python_implementation: "CPython",
  platform_release: "6.1.0-18-amd64",
  platform_system: "Linux",
  platform_version: "#1 SMP",
  python_full_version: "3.12.1",
  python_version: "3.12",
  sys_platform: "linux",
};
const markers = [
  `python_version >= "3.8" and (sys_platform == 'win32' or extra == "dev")`,
  `platform_release >= "6" and os_name not in "nt java"`,
  `'3' in python_version or "a" === implementation_name`,
  `"x" in extras and "y" in dependency_groups`,
];
const requirements = [
  `requests[security,tests]>=2.8.1,==2.8.* ; python_version < "2.7"`,
  "name @ https://user:secret@host/x-1.0.zip#sha256=00 ; os_name == 'nt'",
  "a.b-c_d (>=1.0,<2)",
  "x @ git+ssh://git@host/p@rev#egg=x&subdirectory=a",
];
const urls = [
  "https://user:secret@host:8080/a%20b/x.whl?token=1#sha256=aa&egg=x",
  "git+ssh://git@host/p.git@v1",
  "file:///a/../b%2Fc",
  "see https://u:p@h/ and //x:y@z",
  "file://localhost/c|/x",
];

/** Everything of this package that reads what strangers wrote. */
export const readers = [
  textReader(
    "marker",
    (text) => {
      const marker = parseMarker(text);
      mustRead(() => parseMarker(marker.toString()));
      marker.evaluate(environment, ["dev"]);
      marker.evaluateInLockFile(environment, { extras: ["x"] });
    },
    markers,
  ),
  textReader(
    "requirement",
    (text) => {
      const written = parseRequirement(text).toString();
      if (mustRead(() => parseRequirement(written)).toString() !== written) throw new Error(`is not ${written}`);
    },
    requirements,
  ),
  textReader(
    "lenient-requirement",
    (text) => {
      const requirement = parseLenientRequirement(text);
      requirement.marker?.evaluate(environment);
      mustRead(() => parseRequirement(requirement.toString()));
    },
    [...requirements, "x>=1.0.*; python_version>'3'", "y (>=2.*)", "z>=1,;extra=='q'"],
  ),
  textReader("separated-marker", separateMarker, requirements),
  textReader("name", (text) => isValidName(text) && normalizeName(text), ["A.b-_C", "\u212aelvin", "x1"]),
  textReader("python-string", readPythonString, [
    String.raw`'a\x41\u0042\N{DIGIT ONE}\101\n'`,
    `"""b"""`,
    String.raw`r'\d'`,
    `u"c" 'd'`,
  ]),
  textReader(
    "url",
    (text) => [canonicalUrl(text), isLocalUrl(text), withHashesOf(text, text), knownHashes(fragmentHashes(text))],
    urls,
  ),
  textReader("redacted-url", redactUrl, urls),
  textReader("hash", (text) => digestProblem(text.split("=")[0] ?? "", text.slice(text.indexOf("=") + 1)), [
    `sha256=${"0a".repeat(32)}`,
    "md5=d41d8cd98f00b204e9800998ecf8427e",
  ]),
];
