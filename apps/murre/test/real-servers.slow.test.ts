import { indexedWheel, selfSigned, serveFolder, temporaryFolder, writeIndex, writeWheel } from "@murre/test-kit";
import { spawnSync } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { allText, makeCommandWorld, succeeded } from "./command-world.ts";
import { startProgram } from "./web-servers.ts";

// The programs that people run, as processes of their own on this machine. What describes them instead is in private-indexes.slow.test.ts.

const pinned = [
  "pypiserver==2.3.2",
  "passlib==1.7.4",
  "keyring==25.6.0",
  "keyrings.alt==5.0.2",
  "devpi-server==6.17.0",
];

/** The folder of the programs, installed once; undefined where no index of this machine has them. */
function installPrograms(): string | undefined {
  const name = createHash("sha256").update(pinned.join(" ")).digest("hex").slice(0, 12);
  const cache = process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache");
  const folder = join(cache, "murre-tests", `servers-${name}`);
  const murre = fileURLToPath(new URL("../bin/murre.js", import.meta.url));
  const run = (...words: string[]) => spawnSync(process.execPath, [murre, ...words], { timeout: 60_000 }).status === 0;
  const isThere = run("venv", "--allow-existing", folder) && run("pip", "install", "-p", folder, ...pinned);
  return isThere ? join(folder, "bin") : undefined;
}

const programs = process.platform === "win32" ? undefined : installPrograms();
if (programs === undefined) console.log("pypiserver, devpi-server and keyring cannot be had: their tests are left out");
const hasTinyproxy = spawnSync("tinyproxy", ["-v"]).status === 0;
if (!hasTinyproxy) console.log("tinyproxy is not installed: its test is left out");

const username = "somebody";
const password = "se:cr/et@";
const both = ["app==1.0", "lib==1.0"];
const specs = [
  { name: "app", version: "1.0", requiresDist: ["lib"] },
  { name: "lib", version: "1.0" },
];

describe.skipIf(programs === undefined)("murre pip install from", () => {
  const bin = programs ?? "";

  test("pypiserver, with the password that the program `keyring` keeps in a file", async () => {
    const folder = temporaryFolder("pypiserver");
    const packages = join(folder, "packages");
    mkdirSync(packages);
    for (const spec of specs) await writeWheel(packages, spec);
    const sha1 = createHash("sha1").update(password).digest("base64");
    writeFileSync(join(folder, "users"), `${username}:{SHA}${sha1}\n`);
    await using server = await startProgram(join(bin, "pypi-server"), (port) =>
      ["run", "-p", String(port), "-i", "127.0.0.1", "-P", join(folder, "users"), "-a", "update,download,list"].concat(
        "--disable-fallback",
        packages,
      ),
    );
    const index = `http://${server.host}/simple/`;
    const keeping = {
      PYTHON_KEYRING_BACKEND: "keyrings.alt.file.PlaintextKeyring",
      XDG_DATA_HOME: join(folder, "data"),
      PATH: `${bin}:${process.env["PATH"]}`,
    };
    const world = makeCommandWorld({ PIP_RETRIES: "0", ...keeping });
    const environment = await world.environment("env");
    const install = () =>
      environment.pip(
        "install",
        "app",
        "--keyring-provider",
        "subprocess",
        "-i",
        index.replace("//", `//${username}@`),
      );
    const refused = await install();
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(/status 40[13]; the credentials .* are missing or refused/);
    const env = { ...process.env, ...keeping };
    const kept = spawnSync(join(bin, "keyring"), ["set", index, username], { input: password, env });
    expect(kept.status).toBe(0);
    const result = succeeded(await install());
    expect(await environment.installed()).toEqual(both);
    for (const text of [result.stdout, result.stderr, allText(world.cache), allText(environment.folder)])
      expect(text).not.toContain(password);
  });

  test("devpi-server, to which the wheels were uploaded", async () => {
    const folder = temporaryFolder("devpi");
    const data = join(folder, "data");
    const secret = join(folder, "secret");
    const init = ["--serverdir", data, "--no-root-pypi", "--root-passwd", "root-secret"];
    writeFileSync(secret, randomBytes(32).toString("base64"), { mode: 0o600 });
    expect(spawnSync(join(bin, "devpi-init"), init).status).toBe(0);
    await using server = await startProgram(join(bin, "devpi-server"), (port) =>
      ["--serverdir", data, "--secretfile", secret, "--host", "127.0.0.1"].concat("--port", String(port)),
    );
    const api = `http://${server.host}`;
    const json = { "content-type": "application/json" };
    const login = JSON.stringify({ user: "root", password: "root-secret" });
    const answer = await fetch(`${api}/+login`, { method: "POST", headers: json, body: login });
    const { result } = (await answer.json()) as { result: { password: string } };
    const basic = (words: string) => Buffer.from(words).toString("base64");
    const auth = { "x-devpi-auth": basic(`root:${result.password}`) };
    const stage = JSON.stringify({ type: "stage", bases: [], volatile: true });
    const made = await fetch(`${api}/root/dev`, { method: "PUT", headers: { ...json, ...auth }, body: stage });
    expect(made.status).toBe(200);
    for (const spec of specs) {
      const form = new FormData();
      const wheel = await writeWheel(folder, spec);
      const fields = { ":action": "file_upload", filetype: "bdist_wheel", pyversion: "py3", metadata_version: "2.1" };
      for (const [key, value] of Object.entries({ ...fields, name: spec.name, version: spec.version }))
        form.set(key, value);
      form.set("content", new Blob([readFileSync(wheel)]), basename(wheel));
      const uploaded = await fetch(`${api}/root/dev/`, { method: "POST", headers: auth, body: form });
      expect(uploaded.status).toBe(200);
    }
    const world = makeCommandWorld({ PIP_RETRIES: "0" });
    const environment = await world.environment("env");
    succeeded(await environment.pip("install", "app", "-i", `${api}/root/dev/+simple/`));
    expect(await environment.installed()).toEqual(both);
    const absent = await environment.pip("install", "absent", "-i", `${api}/root/dev/+simple/`);
    expect(absent.code).toBe(1);
    expect(absent.stderr).toContain("MURRE_NO_SOLUTION");
  });
});

describe.skipIf(!hasTinyproxy)("murre pip install through tinyproxy", () => {
  test("to an index behind TLS, with credentials", async () => {
    const folder = temporaryFolder("tinyproxy");
    const pem = join(folder, "own.pem");
    writeFileSync(pem, selfSigned);
    writeIndex(folder, await Promise.all(specs.map((spec) => indexedWheel(spec))));
    await using index = await serveFolder(folder, { tls: { key: selfSigned, cert: selfSigned } });
    const file = join(folder, "tinyproxy.conf");
    const log = join(folder, "log");
    await using proxy = await startProgram("tinyproxy", (port) => {
      const logged = `LogFile "${log}"\nLogLevel Connect`;
      writeFileSync(
        file,
        `Port ${port}\nListen 127.0.0.1\nTimeout 60\nMaxClients 50\n${logged}\nBasicAuth me secret\n`,
      );
      return ["-d", "-c", file];
    });
    const install = async (userinfo: string) => {
      const world = makeCommandWorld({
        PIP_RETRIES: "0",
        HTTPS_PROXY: `http://${userinfo}${proxy.host}`,
        SSL_CERT_FILE: pem,
      });
      const environment = await world.environment("env");
      const result = await environment.pip("install", "app", "-i", `${index.url}/simple`);
      return { result, installed: await environment.installed(), cached: allText(world.cache) };
    };
    for (const userinfo of ["", "me:wrong@"]) {
      const { result, installed } = await install(userinfo);
      expect(result.code).toBe(1);
      expect(result.stderr).toMatch(/40[17]/);
      expect(result.stderr).not.toContain("wrong");
      expect(installed).toEqual([]);
    }
    const { result, installed, cached } = await install("me:secret@");
    succeeded(result);
    expect(installed).toEqual(both);
    expect(readFileSync(log, "utf8")).toContain(`CONNECT ${new URL(index.url).host} `);
    expect(cached).not.toContain("secret");
  });
});
