import { indexedWheel, temporaryFolder, writeIndex } from "@murre/test-kit";
import { createHash } from "node:crypto";
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { succeeded } from "./command-world.ts";
import { both, closingServers, indexFolder, installServed, lib, specs } from "./served-installs.ts";
import { findNginx, nginxServer, startNginxServers, type WebServer } from "./web-servers.ts";

// nginx before and around an index, as people set it up.

const nginx = findNginx();
if (nginx === undefined) console.log("nginx is not installed: its tests are left out");

const username = "somebody";
const password = "se:cr/et@ü";
const wrong = "wr0ng:secret";
const opened = closingServers();

/** One server with these directives, and others behind it. */
async function serve(directives: string, others: readonly string[] = [], http = ""): Promise<WebServer> {
  return opened(
    await startNginxServers(nginx ?? "", 1 + others.length, (ports, folder) => {
      const placed = (text: string) => text.replaceAll(/PORT(\d)/g, (_, n: string) => String(ports[Number(n)]));
      const servers = [directives, ...others].map((text, i) => nginxServer(ports[i], placed(text)));
      return [http.replaceAll("FOLDER", folder), ...servers].join("\n");
    }),
  );
}

describe.skipIf(nginx === undefined)("murre pip install from nginx that asks for a name and a password", () => {
  async function guarded() {
    const users = join(temporaryFolder("users"), "users");
    const sha1 = createHash("sha1").update(password).digest("base64");
    writeFileSync(users, `${username}:{SHA}${sha1}\n`);
    return serve(`root ${await indexFolder()}; auth_basic "packages"; auth_basic_user_file ${users};`);
  }
  const at = (server: WebServer, userinfo: string) => `${server.url.replace("//", `//${userinfo}`)}/simple`;
  const inUrl = (secret: string) => `${username}:${encodeURIComponent(secret)}@`;

  function netrc(secret: string): NodeJS.ProcessEnv {
    const file = join(temporaryFolder("netrc"), "netrc");
    writeFileSync(file, `machine 127.0.0.1 login ${username} password ${secret}\n`);
    return { NETRC: file };
  }

  /** The program `keyring`, as far as installers ask it. */
  function keyring(secret: string): NodeJS.ProcessEnv {
    const folder = temporaryFolder("keyring");
    writeFileSync(join(folder, "keyring"), `#!/bin/sh\nprintf '%s\\n' '${secret}'\n`);
    chmodSync(join(folder, "keyring"), 0o755);
    return { PATH: `${folder}:${process.env["PATH"]}`, PIP_KEYRING_PROVIDER: "subprocess" };
  }

  const named = { MURRE_INDEX_WORK_USERNAME: username, MURRE_INDEX_WORK_PASSWORD: password };
  test.each<[string, string, NodeJS.ProcessEnv, string[]]>([
    ["the URL", inUrl(password), {}, []],
    ["netrc", "", netrc(password), []],
    ["netrc, for the user of the URL", `${username}@`, netrc(password), []],
    ["a keyring", `${username}@`, keyring(password), []],
    ["variables", "", named, ["--index", "work=URL"]],
  ])("that %s has", async (_, userinfo, env, words) => {
    const server = await guarded();
    const index = at(server, userinfo);
    const result = await installServed(index, { env, words: words.map((word) => word.replace("URL", index)) });
    succeeded(result);
    expect(result.installed).toEqual(both);
    for (const secret of [password, encodeURIComponent(password)]) expect(result.everything).not.toContain(secret);
  });

  test.each<[string, string, NodeJS.ProcessEnv]>([
    ["nobody has", "", {}],
    ["the URL has, and are wrong", inUrl(wrong), {}],
    ["netrc has, and are wrong", "", netrc(wrong)],
    ["a keyring has, and are wrong", `${username}@`, keyring(wrong)],
  ])("that %s: it is told once", async (_, userinfo, env) => {
    const server = await guarded();
    const { code, installed, stderr, everything } = await installServed(at(server, userinfo), { env });
    expect([code, installed]).toEqual([1, []]);
    expect(stderr.match(/status 401; the credentials .* are missing or refused/g)).toHaveLength(1);
    for (const secret of [wrong, encodeURIComponent(wrong)]) expect(everything).not.toContain(secret);
    // Nobody is asked again for what was refused.
    expect((await server.requests()).length).toBeLessThanOrEqual(2);
  });
});

/** Everything that the cache kept is too old as soon as it is kept. */
const old = "add_header X-Accel-Expires @1000000000;";
const passed = "proxy_pass http://127.0.0.1:PORT1;";
const zone = "proxy_cache_path FOLDER/cache keys_zone=pages:1m;";
/** What nginx says of its cache, for each answer since the last time. */
const answers = async (server: WebServer) =>
  (await server.requests()).flatMap(({ status, path, said = [] }) =>
    said[2] === "-" ? [] : [{ status, isPage: path.endsWith("/"), cache: said[2] }],
  );

describe.skipIf(nginx === undefined)("murre pip install from an index behind nginx's cache", () => {
  const caching = "location / { PASSED proxy_cache pages; proxy_cache_valid 200 206 10m; proxy_cache_lock on; }";
  const cached = caching.replace("PASSED", passed);

  test("is answered by the cache the second time, also in ranges", async () => {
    const server = await serve(cached, [`root ${await indexFolder(specs, { hasMetadata: false })};`], zone);
    succeeded(await installServed(`${server.url}/simple`));
    expect(new Set((await answers(server)).map(({ cache }) => cache))).toEqual(new Set(["MISS", "HIT"]));
    const again = await installServed(`${server.url}/simple`);
    expect(succeeded(again).stderr).not.toMatch(/warning/i);
    expect(again.installed).toEqual(both);
    const asked = await answers(server);
    expect(new Set(asked.map(({ cache }) => cache))).toEqual(new Set(["HIT"]));
    expect(new Set(asked.map(({ status }) => status))).toEqual(new Set([200, 206]));
  });

  test("gets nothing twice of what did not change: pages are asked for by their ETag, files not at all", async () => {
    const server = await serve(cached, [`root ${await indexFolder()};`], zone);
    const env = { MURRE_CACHE_DIR: temporaryFolder("cache") };
    succeeded(await installServed(`${server.url}/simple`, { env }));
    await server.requests();
    const again = succeeded(await installServed(`${server.url}/simple`, { env, words: ["--refresh"] }));
    expect(again.stderr).not.toMatch(/warning/i);
    expect(await answers(server)).toEqual([1, 2].map(() => ({ status: 304, isPage: true, cache: "HIT" })));
  });

  test("asks through it whether what it kept is still so", async () => {
    const server = await serve(
      `location / { ${passed} proxy_cache pages; proxy_cache_revalidate on; }`,
      [`root ${await indexFolder()}; ${old}`],
      zone,
    );
    succeeded(await installServed(`${server.url}/simple`));
    await server.requests();
    const again = await installServed(`${server.url}/simple`);
    expect(succeeded(again)).toMatchObject({ installed: both });
    expect(new Set((await answers(server)).map(({ cache }) => cache))).toEqual(new Set(["REVALIDATED"]));
  });

  test("takes what it kept while the index has a problem", async () => {
    const root = await indexFolder();
    const stale = `location / { ${passed} proxy_cache pages; proxy_cache_use_stale http_500; }`;
    const server = await serve(stale, [`root ${root}; ${old} if (-f ${root}/down) { return 500; }`], zone);
    succeeded(await installServed(`${server.url}/simple`));
    await server.requests();
    writeFileSync(join(root, "down"), "");
    const again = await installServed(`${server.url}/simple`);
    expect(succeeded(again)).toMatchObject({ installed: both });
    expect(new Set((await answers(server)).map(({ cache }) => cache))).toEqual(new Set(["STALE"]));
  });

  test("takes no file that is another one than its old page promises", async () => {
    const root = await indexFolder();
    const pages = `location /simple/ { ${passed} proxy_cache pages; proxy_cache_valid 200 10m; }`;
    const server = await serve(`${pages} location / { ${passed} }`, [`root ${root};`], zone);
    succeeded(await installServed(`${server.url}/simple`));
    const again = { ...lib, files: { "lib.py": "# published again" } };
    writeIndex(root, [await indexedWheel(again)], { format: "html" });
    const { code, installed, stderr } = await installServed(`${server.url}/simple`);
    expect([code, installed, stderr]).toEqual([1, [], expect.stringContaining("MURRE_HASH_MISMATCH")]);
  });
});

describe.skipIf(nginx === undefined)("murre pip install from nginx", () => {
  const squeezed = "gzip on; gzip_types *; gzip_min_length 1;";
  const away = "location / { return 302 http://127.0.0.1:PORT1$request_uri; }";
  const rows: Readonly<Record<string, { of?: string; behind?: string; path?: string; statuses?: readonly number[] }>> =
    {
      "that refuses ranges, and has no metadata beside": { of: "root ROOT; max_ranges 0;", statuses: [200] },
      "below a path": { of: "location /some/path/ { alias ROOT/; }", path: "/some/path" },
      "below a path, passed on to a server that has none": {
        of: "location /some/path/ { proxy_pass http://127.0.0.1:PORT1/; }",
        behind: "root ROOT;",
        path: "/some/path",
      },
      "that redirects to another port": { of: away, behind: "root ROOT;", statuses: [200, 206, 302] },
      "that redirects to another port, which gets no password": {
        of: away,
        behind: "root ROOT; if ($http_authorization) { return 400; }",
        path: "user:s3cret@",
        statuses: [200, 206, 302],
      },
      "that squeezes everything": { of: `root ROOT; ${squeezed}` },
      "that ends each answer with its connection": { of: `root ROOT; ${squeezed} chunked_transfer_encoding off;` },
      "that answers one request on each connection": { of: "root ROOT; keepalive_timeout 0;" },
      "that answers two requests on each connection": { of: "root ROOT; keepalive_requests 2;" },
      "that speaks HTTP/1.0 with the index": {
        of: `location / { ${passed} proxy_buffering off; }`,
        behind: "root ROOT;",
      },
    };

  test.each(Object.entries(rows))("%s", async (_, { of = "", behind, path = "", statuses = [200, 206] }) => {
    const root = await indexFolder(specs, { hasMetadata: false });
    const placed = (text: string) => text.replaceAll("ROOT", root);
    const server = await serve(placed(of), behind === undefined ? [] : [placed(behind)]);
    const url = path.endsWith("@") ? server.url.replace("//", `//${path}`) : server.url + path;
    const result = await installServed(`${url}/simple`, { env: { PIP_RETRIES: "0" } });
    expect(succeeded(result).stderr).not.toMatch(/warning/i);
    expect(result.installed).toEqual(both);
    expect(result.everything).not.toContain("s3cret");
    const seen = new Set((await server.requests()).map(({ status }) => status));
    expect([...seen].toSorted()).toEqual(statuses);
  });
});
