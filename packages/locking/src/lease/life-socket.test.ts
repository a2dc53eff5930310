import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { temporaryFolder } from "@murre/test-kit";
import { expect, test } from "vitest";
import { thisProcess } from "./lease-name.ts";
import { askSocket, listenForJudges, stopListening } from "./life-socket.ts";

test.runIf(process.platform !== "win32")(
  "who listens answers, lets all connect, and is absent afterwards",
  async () => {
    const root = temporaryFolder("life-socket");
    expect(listenForJudges(root)).toBe(true);
    const { part } = thisProcess();
    expect(readdirSync(join(root, "sockets"))).toEqual([part]);
    expect(statSync(join(root, "sockets", part)).mode & 0o777).toBe(0o777);
    expect(await askSocket(root, part)).toBe("live");
    stopListening();
    expect(await askSocket(root, part)).toBe("absent");
  },
);
