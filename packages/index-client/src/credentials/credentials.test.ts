import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { delimiter, join } from "node:path";
import { normalizeName } from "@murre/pep508";
import { temporaryFolder } from "@murre/test-kit";
import { afterEach, describe, expect, test } from "vitest";
import { createIndexClient, type IndexClientOptions } from "../client.ts";
import type { IndexEvent } from "../location/types.ts";

const open: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((close) => close()));
});

interface IndexServer {
  readonly host: string;
  /** `USER:PASSWORD`, or nothing, of each request. */
  readonly sent: string[];
}

/** An index that has every project for those whom `accepts` takes; others get a 401. */
async function serve(
  accepts: (credentials: string, request: IncomingMessage) => boolean,
  location?: (request: IncomingMessage) => string | undefined,
): Promise<IndexServer> {
  const sent: string[] = [];
  const server = createServer((request, response) => {
    const [, encoded = ""] = (request.headers.authorization ?? "").split(" ");
    const credentials = Buffer.from(encoded, "base64").toString();
    sent.push(credentials);
    const target = location?.(request);
    if (target !== undefined) response.writeHead(302, { location: target }).end();
    else if (!accepts(credentials, request)) response.writeHead(401, { "www-authenticate": "Basic" }).end("who?");
    else response.writeHead(200, { "content-type": "text/html" }).end('<a href="a-1.0.tar.gz">a-1.0.tar.gz</a>');
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  open.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return { host: `127.0.0.1:${(server.address() as AddressInfo).port}`, sent };
}

/** A program `keyring` that knows these, keeps a list of what it was asked, and can be a module of that name as well. */
function makeKeyring(entries: Readonly<Record<string, string>>, { says = "" } = {}) {
  const folder = temporaryFolder("keyring");
  const list = join(folder, "asked");
  const known = JSON.stringify(entries);
  writeFileSync(
    join(folder, "keyring"),
    `#!${process.execPath}
const words = process.argv.slice(2);
require("node:fs").appendFileSync(${JSON.stringify(list)}, words.join(" ") + "\\n");
if (${JSON.stringify(says)}) console.error(${JSON.stringify(says)});
const found = ${known}[words[0] === "get" ? words.slice(1).join(" ") : words.at(-1)];
if (found === undefined) process.exit(1);
console.log(found);
`,
  );
  chmodSync(join(folder, "keyring"), 0o755);
  writeFileSync(
    join(folder, "keyring.py"),
    `entries = ${known}
def get_credential(service, username):
    open(${JSON.stringify(list)}, "a").write("import %s %s\\n" % (service, username))
def get_password(service, username):
    return entries.get("%s %s" % (service, username))
`,
  );
  return {
    env: { PATH: `${folder}${delimiter}${process.env["PATH"] ?? ""}`, PYTHONPATH: folder },
    asked: () => (existsSync(list) ? readFileSync(list, "utf8").trim().split("\n") : []),
  };
}

/** Asks for projects one after the other; the status of the last one's refusal, or "found". */
async function ask(index: string, options: Partial<IndexClientOptions>, ...projects: string[]): Promise<string> {
  const location = { kind: "simple", url: index } as const;
  const client = createIndexClient({
    locations: [location],
    env: {},
    home: "/nowhere",
    platform: process.platform,
    ...options,
  });
  open.push(() => client.close());
  let outcome = "";
  for (const project of projects.length === 0 ? ["a"] : projects)
    outcome = await client.page(location, normalizeName(project)).then(
      () => "found",
      (error: { status?: number; message: string }) => String(error.status ?? error.message),
    );
  return outcome;
}

const onWindows = process.platform === "win32";

describe.skipIf(onWindows)("a keyring that is a program", () => {
  test.each<[what: string, service: (host: string) => string]>([
    ["as pip names it", (host) => `http://${host}/simple/ me`],
    ["as uv names it", (host) => `http://${host}/simple me`],
    ["by its server", (host) => `${host} me`],
  ])("has the password of the user in the URL, for the index %s", async (_, service) => {
    const server = await serve((credentials) => credentials === "me:right");
    const keyring = makeKeyring({ [service(server.host)]: "right" });
    const index = `http://me@${server.host}/simple/`;
    expect(await ask(index, { env: keyring.env }, "a", "b", "c")).toBe("found");
    // The user alone may be a token; what the keyring said is sent at once from then on.
    expect(server.sent).toEqual(["me:", "me:right", "me:right", "me:right"]);
  });

  test("that was chosen by name is asked before the first request", async () => {
    const server = await serve((credentials) => credentials === "me:right");
    const keyring = makeKeyring({ [`http://${server.host}/simple/ me`]: "right" });
    const network = { keyringProvider: "subprocess" } as const;
    expect(await ask(`http://me@${server.host}/simple/`, { env: keyring.env, network }, "a", "b")).toBe("found");
    expect(server.sent).toEqual(["me:right", "me:right"]);
    expect(keyring.asked()).toEqual([`get http://${server.host}/simple/ me`]);
  });

  test("knows the user as well", async () => {
    const server = await serve((credentials) => credentials === "token:secret");
    const keyring = makeKeyring({ [`http://${server.host}/simple/`]: "token\nsecret" });
    expect(await ask(`http://${server.host}/simple/`, { env: keyring.env })).toBe("found");
    expect(server.sent).toEqual(["", "token:secret"]);
    expect(keyring.asked()).toEqual([`--mode creds get http://${server.host}/simple/`]);
  });

  test.each<[what: string, url: string, options: Partial<IndexClientOptions>]>([
    ["nothing is refused", "me@", {}],
    ["it is switched off", "me@", { network: { keyringProvider: "disabled" } }],
    ["the password is written down", "me:wrong@", {}],
    ["the user looks like an option", "--help@", {}],
  ])("is not asked where %s", async (what, user, options) => {
    const server = await serve(() => what === "nothing is refused");
    const keyring = makeKeyring({});
    const outcome = await ask(`http://${user}${server.host}/simple/`, { env: keyring.env, ...options });
    expect(outcome).toBe(what === "nothing is refused" ? "found" : "401");
    expect(keyring.asked()).toEqual([]);
  });

  test("is asked once, and not about other servers, when many requests are refused", async () => {
    const server = await serve(() => false);
    const keyring = makeKeyring({});
    const index = `http://${server.host}/simple/`;
    const client = createIndexClient({
      locations: [{ kind: "simple", url: index }],
      env: keyring.env,
      home: "/nowhere",
      platform: process.platform,
    });
    open.push(() => client.close());
    const pages = ["a", "b", "c", "d"].map((name) => client.page({ kind: "simple", url: index }, normalizeName(name)));
    for (const outcome of await Promise.allSettled(pages)) expect(outcome).toMatchObject({ reason: { status: 401 } });
    expect(keyring.asked()).toEqual(
      [index, index.slice(0, -1), server.host].map((service) => `--mode creds get ${service}`),
    );
  });

  test("may say where to log in, and its words carry no password", async () => {
    const server = await serve(() => false);
    const says = "log in at https://me:hidden@login.example/";
    const keyring = makeKeyring({}, { says });
    const events: IndexEvent[] = [];
    await ask(`http://me@${server.host}/simple/`, {
      env: keyring.env,
      network: { keyringProvider: "subprocess" },
      onEvent: (event) => events.push(event),
    });
    expect(events[0]).toEqual({
      kind: "keyring",
      text: "keyring: log in at https://me:****@login.example/",
      isNamed: true,
    });
  });

  test("that is not there is told of once, and the refusal is the error", async () => {
    const server = await serve(() => false);
    const events: IndexEvent[] = [];
    const options = { env: { PATH: "/nowhere:." }, onEvent: (event: IndexEvent) => events.push(event) };
    expect(await ask(`http://${server.host}/simple/`, options, "a", "b")).toBe("401");
    expect(events).toEqual([
      {
        kind: "keyring",
        text: "the keyring cannot be asked: there is no program `keyring` on the PATH",
        isNamed: false,
      },
    ]);
  });
});

describe.skipIf(onWindows)("a keyring that is a module of Python", () => {
  const python = () =>
    execFileSync("python3", ["-c", "import sys; print(sys.executable)"], { encoding: "utf8" }).trim();

  test("is imported by the operation's Python", async () => {
    const server = await serve((credentials) => credentials === "me:right");
    const { env, asked } = makeKeyring({ [`${server.host} me`]: "right" });
    const network = { keyringProvider: "import", keyringPython: python } as const;
    expect(await ask(`http://me@${server.host}/simple/`, { env, network })).toBe("found");
    expect(server.sent).toEqual(["me:right"]);
    expect(asked().at(-1)).toBe(`import ${server.host} me`);
  });

  test.each<[what: string, python: (() => string) | undefined, told: string]>([
    ["there is no Python", undefined, "there is no Python that could import it"],
    ["it has no such module", python, "has no module of that name"],
    ["it cannot be started", () => "/nowhere/python", "/nowhere/python cannot be run (ENOENT)"],
  ])("has nothing where %s, which is told once", async (_, keyringPython, told) => {
    const server = await serve(() => false);
    const network = { keyringProvider: "import", keyringPython } as const;
    const events: IndexEvent[] = [];
    const options = { env: { PATH: "" }, network, onEvent: (event: IndexEvent) => events.push(event) };
    expect(await ask(`http://me@${server.host}/simple/`, options, "a", "b")).toBe("401");
    expect(events).toMatchObject([{ kind: "keyring", text: expect.stringContaining(told), isNamed: true }]);
  });
});

describe("netrc", () => {
  function netrc(text: string): string {
    const path = join(temporaryFolder("netrc"), "netrc");
    writeFileSync(path, text);
    return path;
  }

  test.each<[what: string, user: string, text: string, sent: string[]]>([
    ["has the password of the user in the URL", "me@", "machine 127.0.0.1 login me password right", ["me:right"]],
    [
      "has it as the second of its host",
      "me@",
      "machine 127.0.0.1 login you password x\nmachine 127.0.0.1 login me password right",
      ["me:right"],
    ],
    ["has the user as well", "", "machine 127.0.0.1 login me password right", ["me:right"]],
    ["has another user's", "me@", "machine 127.0.0.1 login you password right", ["me:"]],
    [
      "has what the URL has otherwise, and is tried next",
      "me:old@",
      "machine 127.0.0.1 login me password right",
      ["me:old", "me:right"],
    ],
    ["has the same, which is not sent twice", "me:old@", "machine 127.0.0.1 login me password old", ["me:old"]],
  ])("%s", async (_, user, text, sent) => {
    const server = await serve((credentials) => credentials === "me:right");
    const env = { NETRC: netrc(text), PATH: "" };
    const outcome = await ask(`http://${user}${server.host}/simple/`, { env });
    expect(server.sent).toEqual(sent);
    expect(outcome).toBe(sent.at(-1) === "me:right" ? "found" : "401");
  });

  test("that was written meanwhile is read again when the server refuses", async () => {
    const path = netrc("machine 127.0.0.1 login me password old");
    const server = await serve((credentials) => {
      writeFileSync(path, "machine 127.0.0.1 login me password right");
      return credentials === "me:right";
    });
    expect(await ask(`http://${server.host}/simple/`, { env: { NETRC: path, PATH: "" } })).toBe("found");
    expect(server.sent).toEqual(["me:old", "me:right"]);
  });
});

describe("credentials stay with their server", () => {
  test.each<[what: string, target: (host: string) => string]>([
    ["an address elsewhere", (host) => `http://${host}/signed?x=1`],
    ["an address elsewhere with a user of its own", (host) => `http://you@${host}/signed`],
  ])("when a redirect leads to %s", async (_, target) => {
    const other = await serve(() => true);
    const server = await serve(
      () => true,
      () => target(other.host),
    );
    expect(await ask(`http://me:secret@${server.host}/simple/`, {})).toBe("found");
    expect(server.sent).toEqual(["me:secret"]);
    expect(other.sent.join()).not.toContain("secret");
  });

  test("and with their path, where a server has several indexes", async () => {
    const server = await serve((credentials, { url = "" }) => credentials === `${url.split("/")[1]}:secret`);
    const locations = ["one", "two"].map(
      (name) => ({ kind: "simple", url: `http://${name}:secret@${server.host}/${name}/` }) as const,
    );
    const client = createIndexClient({ locations, env: { PATH: "" }, home: "/nowhere", platform: "linux" });
    open.push(() => client.close());
    for (const location of locations) await client.page(location, normalizeName("a"));
    expect(server.sent).toEqual(["one:secret", "two:secret"]);
  });
});
