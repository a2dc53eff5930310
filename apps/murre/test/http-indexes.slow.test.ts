import {
  indexedWheel,
  serveFolder,
  temporaryFolder,
  writeIndex,
  type FolderServer,
  type WheelSpec,
} from "@murre/test-kit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { allText, makeCommandWorld, succeeded, type CommandWorld } from "./command-world.ts";
import { freePort } from "./web-servers.ts";

const app: WheelSpec = { name: "app", version: "1.0", requiresDist: ["lib"] };
const lib: WheelSpec = { name: "lib", version: "1.0" };

async function indexOf(...specs: WheelSpec[]): Promise<string> {
  const folder = temporaryFolder("index");
  writeIndex(folder, await Promise.all(specs.map((spec) => indexedWheel(spec))));
  return folder;
}

describe("murre pip install from several indexes", () => {
  let server: FolderServer;
  let other: FolderServer;
  let nobody = "";
  let world: CommandWorld;

  beforeAll(async () => {
    [server, other] = [await serveFolder(await indexOf(app)), await serveFolder(await indexOf(lib))];
    nobody = `http://127.0.0.1:${await freePort()}/simple`;
    // A server that is down would be waited for.
    world = makeCommandWorld({ PIP_RETRIES: "0" });
  });

  afterAll(async () => {
    await server.close();
    await other.close();
  });

  const urls = () => [`${server.url}/simple`, `${other.url}/simple`] as const;

  test("an index that answers 404 for a project does not have it: the next one is asked", async () => {
    const [first, second] = urls();
    const environment = await world.environment("404");
    const { stderr } = succeeded(
      await environment.pip("install", "app", "--no-config", "-i", first, "--extra-index-url", second),
    );
    expect(await environment.installed()).toEqual(["app==1.0", "lib==1.0"]);
    expect(server.requests.some(({ path, status }) => path === "/simple/lib/" && status === 404)).toBe(true);
    expect(stderr).not.toContain("warning");
  });

  test("a project that no index has is an error with its name and a code", async () => {
    const environment = await world.environment("unknown");
    const result = await environment.pip("install", "app", "--no-config", "-i", urls()[0]);
    expect(result.code).toBe(1);
    expect(result.stderr).toContain("(MURRE_NO_SOLUTION)");
    expect(result.stderr).toContain("lib");
    expect(await environment.installed()).toEqual([]);
  });

  test("an unreachable index is one warning where others have the projects, as in pip", async () => {
    const [first, second] = urls();
    const environment = await world.environment("unreachable");
    const places = ["-i", first, "--extra-index-url", second, "--extra-index-url", nobody];
    const { stderr } = succeeded(await environment.pip("install", "app", ...places));
    expect(await environment.installed()).toEqual(["app==1.0", "lib==1.0"]);
    expect(stderr.match(/going on without/g)).toHaveLength(1);
    expect(stderr).toContain(nobody);
  });

  test("an unreachable index ends the run where indexes are asked in an order of trust, as in uv", async () => {
    const environment = await world.environment("trusted");
    const { code, stderr } = await environment.pip("install", "app", "-i", urls()[0], "--index", nobody);
    expect([code, await environment.installed()]).toEqual([1, []]);
    expect(stderr).toContain(nobody);
    expect(stderr).toContain("(MURRE_INDEX_UNREACHABLE)");
  });

  test("an unreachable index is an error where nobody else has the project", async () => {
    const environment = await world.environment("nowhere");
    const places = ["-i", urls()[0], "--extra-index-url", nobody];
    const result = await environment.pip("install", "app", ...places);
    expect(result.code).toBe(1);
    expect(result.stderr).toContain("(MURRE_INDEX_UNREACHABLE)");
    expect(result.stderr).toContain(nobody);
  });
});

describe("HTTP caching (RFC 9111)", () => {
  test("while pages are fresh, a further run makes no request, and --offline needs none", async () => {
    await using server = await serveFolder(await indexOf(app, lib), { cacheControl: "max-age=3600" });
    const world = makeCommandWorld();
    const index = ["--no-config", "-i", `${server.url}/simple`];
    const first = await world.environment("first");
    succeeded(await first.pip("install", "app", ...index));
    expect(server.requests.length).toBeGreaterThan(0);
    server.forget();

    const again = await first.pip("install", "app", "--upgrade", ...index);
    expect(succeeded(again).stdout).toContain("Nothing to do");
    const second = await world.environment("second");
    succeeded(await second.pip("install", "app", ...index));
    expect(await second.installed()).toEqual(["app==1.0", "lib==1.0"]);
    const third = await world.environment("third");
    succeeded(await third.pip("install", "app", "--offline", ...index));
    expect(server.requests).toEqual([]);
  });

  test("without a lifetime pages are asked for again with their validators", async () => {
    await using server = await serveFolder(await indexOf(app, lib));
    const world = makeCommandWorld();
    const index = ["--no-config", "-i", `${server.url}/simple`];
    succeeded(await (await world.environment("first")).pip("install", "app", ...index));
    server.forget();
    succeeded(await (await world.environment("second")).pip("install", "app", ...index));
    expect(server.requests.map(({ path, status }) => `${status} ${path}`).toSorted()).toEqual([
      "304 /simple/app/",
      "304 /simple/lib/",
    ]);
  });

  test("what is installed as required is not asked for at all", async () => {
    await using server = await serveFolder(await indexOf(app, lib));
    const environment = await makeCommandWorld().environment("kept");
    const words = ["install", "app", "--no-config", "-i", `${server.url}/simple`];
    succeeded(await environment.pip(...words));
    server.forget();
    expect(succeeded(await environment.pip(...words)).stdout).toContain("Nothing to do");
    expect(server.requests).toEqual([]);
  });
});

describe("credentials in an index's URL", () => {
  const credentials = { username: "reader", password: "s3cr3t-passw0rd" };
  const places = [
    ["-i", undefined],
    ["--index", undefined],
    ["-r", "requirements.txt"],
  ] as const;

  test.each(places)(
    "given by %s, they reach the server and appear neither in output nor in the cache nor in the environment",
    async (flag, file) => {
      await using server = await serveFolder(await indexOf(app, lib), { credentials });
      const world = makeCommandWorld();
      const url = server.url.replace("//", `//${credentials.username}:${credentials.password}@`);
      const environment = await world.environment("env");
      const words = file === undefined ? ["app", flag, `${url}/simple`] : ["-r", file];
      if (file !== undefined) world.write(file, `--index-url ${url}/simple\napp\n`);
      const result = await environment.pip("install", ...words, "--no-config", "-v");
      succeeded(result);
      const refused = await environment.pip(
        "install",
        "nobody-has-this",
        ...words.filter((word) => word !== "app"),
        "--no-config",
        "-v",
      );
      expect(refused.code).toBe(1);
      const printed = result.stdout + result.stderr + refused.stdout + refused.stderr;
      expect(printed + allText(world.cache) + allText(environment.folder)).not.toContain(credentials.password);
      expect(server.requests.every(({ status }) => status !== 401)).toBe(true);
    },
  );

  test("wrong ones are an error that does not show them", async () => {
    await using server = await serveFolder(await indexOf(app, lib), { credentials });
    const environment = await makeCommandWorld().environment("env");
    const url = server.url.replace("//", "//reader:wr0ng-passw0rd@");
    const result = await environment.pip("install", "app", "--no-config", "-i", `${url}/simple`, "-v", "--json");
    expect(result.code).toBe(1);
    expect(result.stderr).toContain("401");
    expect(result.stdout + result.stderr).not.toContain("wr0ng-passw0rd");
  });
});
