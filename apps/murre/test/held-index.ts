import type { IndexedFile } from "@murre/test-kit";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** Holds up what passes, until it is opened. */
function gate() {
  let open = () => {};
  let ask = () => {};
  const opened = new Promise<void>((resolve) => (open = resolve));
  /** Once somebody waits there. */
  const asked = new Promise<void>((resolve) => (ask = resolve));
  return { open, opened, ask, asked };
}

const sha256 = (data: Buffer | string) => createHash("sha256").update(data).digest("hex");

/** An index of these files whose answers to some paths wait; of files the first half is answered at once. */
export async function startHeldIndex(files: readonly IndexedFile[]) {
  const held = new Map<string, ReturnType<typeof gate>>();
  const page = (response: ServerResponse, project: string) =>
    response.writeHead(200, { "content-type": "application/vnd.pypi.simple.v1+json" }).end(
      JSON.stringify({
        meta: { "api-version": "1.1" },
        name: project,
        versions: [],
        files: files
          .filter((file) => file.project === project)
          .map(({ filename, data, metadata = "" }) => ({
            filename,
            url: `/files/${filename}`,
            size: data.length,
            hashes: { sha256: sha256(data) },
            "core-metadata": { sha256: sha256(metadata) },
          })),
      }),
    );
  const server = createServer((request, response) => {
    const url = request.url ?? "";
    const passing = held.get(url)?.opened;
    held.get(url)?.ask();
    const project = /^\/simple\/([^/]+)\//.exec(url)?.[1];
    const file = files.find(({ filename }) => url.startsWith(`/files/${filename}`));
    if (project !== undefined) return void Promise.resolve(passing).then(() => page(response, project));
    if (file === undefined) return void response.writeHead(404).end();
    if (url.endsWith(".metadata")) return void Promise.resolve(passing).then(() => response.end(file.metadata));
    response.writeHead(200, { "content-length": file.data.length });
    const half = file.data.length >> 1;
    response.write(file.data.subarray(0, half));
    void Promise.resolve(passing).then(() => response.end(file.data.subarray(half)));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/simple`,
    hold(path: string) {
      const one = gate();
      held.set(path, one);
      return one;
    },
    close() {
      for (const { open } of held.values()) open();
      server.closeAllConnections();
      server.close();
    },
  };
}

export type HeldIndex = Awaited<ReturnType<typeof startHeldIndex>>;
