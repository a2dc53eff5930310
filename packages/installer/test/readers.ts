import { bytesReader, textReader } from "@murre/test-kit";
import { directReference, directUrlInfo, isFromUrl } from "../src/wanted/direct-url-info.ts";
import { readProjectList } from "../src/commands/project-list.ts";
import { formatRemembered, readRemembered } from "../src/resolve/resolution-document.ts";
import { subdirectoryOf, urlKind } from "../src/wanted/source-url.ts";

const context = { cwd: "/w", home: "/home/u", platform: "linux", env: {} };
const urls = [
  "https://u:p@h/x-1.0.zip?t=1#subdirectory=a%2Fb&sha256=00",
  "git+ssh://git@h/p@v",
  "file:///a%00b",
  "https://${USER}@h/x.whl",
];

const remembered = formatRemembered({
  solution: {
    chosen: [
      {
        name: "demo" as never,
        version: "1.0",
        file: {
          filename: "demo-1.0-py3-none-any.whl",
          kind: "wheel",
          url: "https://h/demo-1.0-py3-none-any.whl",
          hashes: { sha256: "00" },
          yanked: false,
          index: "https://h/simple/",
        },
      },
    ],
    satisfied: [],
    warnings: [],
  },
  witnessed: {
    at: 1,
    pages: [["index/0011223344556677/demo", "1:2:3", 4]],
    metadata: [["demo" as never, "1:2:3", ""]],
  },
  formats: [["demo" as never, "any"]],
});

/** Everything of this package that reads what strangers wrote. */
export const readers = [
  bytesReader(
    "project-list",
    (bytes) => readProjectList("list.txt", { ...context, read: () => bytes }),
    ["# c\nrequests\nnumpy>=1 # d\n./x.whl\nhttps://h/y.zip\n"],
    { runs: 300 },
  ),
  textReader(
    "source-url",
    (text) => {
      urlKind(text);
      subdirectoryOf(text);
      if (URL.canParse(text)) isFromUrl(directUrlInfo(text, "00"), directReference(directUrlInfo(text, "00")));
    },
    urls,
  ),
  bytesReader("remembered-resolution", (bytes) => readRemembered(bytes), [remembered]),
];
