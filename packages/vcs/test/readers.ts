import { textReader } from "@murre/test-kit";
import { chooseReference, parseAdvertised } from "../src/repositories/references.ts";
import { submoduleUrl } from "../src/url/submodule-url.ts";
import { isVcsUrl, parseVcsUrl } from "../src/url/vcs-url.ts";

const urls = [
  "git+https://user:s%40cret@host:8443/a%20b/c.git@feature/x?token=1#egg=a&subdirectory=b",
  "git+ssh://git@host/p.git@v1.0",
  "git+file:///a/b@refs/pull/1/head",
  "git+file://localhost/a",
  "git+http://[::1]:80/x@0123456789012345678901234567890123456789",
  "git+git://host/x",
  "git+git@host:a/b.git",
  "git+https://${TOKEN}@host/x",
  "hg+https://host/a",
  "svn+ssh://host/a",
  "git://host/a",
];
const submodules = [
  "../b.git",
  "./c",
  "git@host:a/b",
  "https://host/z@x",
  "/a/b",
  "ext::sh -c id",
  "file:///x",
  "../../..",
];

/** Whatever it is, git is given nothing that could be an option, or anything but what is spoken. */
function mustBeSafe({ repository, revision }: { readonly repository: string; readonly revision?: string }): void {
  if (!/^(?:https?|ssh|git|file):\/\/(?!-)/.test(repository)) throw new Error(`is ${repository}`);
  // eslint-disable-next-line no-control-regex -- they are what is looked for
  if (/[\u0000-\u0020\u007f]/.test(repository)) throw new Error("holds a control character");
  if (revision?.startsWith("-") === true) throw new Error(`is an option: ${revision}`);
  if (!URL.canParse(repository)) throw new Error(`is no URL: ${repository}`);
}

const parents = ["git+https://u:p@host/a/b.git", "git+ssh://git@host/a/b", "git+file:///a/b"].map((url) =>
  parseVcsUrl(url),
);

/** Everything of this package that reads what strangers wrote. */
export const readers = [
  textReader(
    "vcs-url",
    (text) => {
      isVcsUrl(text);
      const url = parseVcsUrl(text);
      mustBeSafe(url);
      return url;
    },
    urls,
    { runs: 600 },
  ),
  textReader(
    "submodule-url",
    (text) => {
      for (const parent of parents) {
        const url = submoduleUrl(text, parent, "sub");
        mustBeSafe(url);
        if (url.repository.startsWith("file:") && !parent.repository.startsWith("file:")) throw new Error("leads here");
      }
    },
    submodules,
    { runs: 600 },
  ),
  textReader("advertised", (text) => chooseReference(parseAdvertised(text), "main"), [
    `${"a".repeat(40)}\tHEAD\n${"b".repeat(64)}\trefs/heads/main\n${"c".repeat(40)}\trefs/tags/v1^{}\n`,
  ]),
];
