import { takeLease, type Lease } from "@murre/locking";
import { parseRecord } from "@murre/wheel";
import { temporaryFolder } from "@murre/test-kit";
import { lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import type { Destination } from "../src/environment/destination.ts";
import { viewEnvironment } from "../src/environment/environment-view.ts";
import { openFolders, type Folders } from "../src/environment/folders.ts";
import type { RecordedDistribution } from "../src/environment/recorded-files.ts";
import { STATE_FOLDER } from "../src/environment/state-folder.ts";
import type { ChangePlan } from "../src/plan/change-plan.ts";
import { planChange, type PlanOptions } from "../src/plan/plan.ts";
import { planRemoval } from "../src/plan/removal.ts";
import { environmentState, type EnvironmentState } from "../src/state/environment-state.ts";
import { withWriter, type CommitEnd, type CommitOptions, type WriterOptions } from "../src/transaction/writer.ts";
import { madeUpWheel, type MadeUp } from "./made-up-wheel.ts";

/** An empty environment, or a `--target` folder, where everything lies below one; what is done to it is done as the installer does it. */
export interface TestEnvironment {
  readonly folder: string;
  readonly env: string;
  readonly site: string;
  readonly destination: Destination;
  readonly state: EnvironmentState;
  readonly lease: Lease;
  writerOptions(options?: Partial<WriterOptions>): WriterOptions;
  /** The plan of adding these wheels and removing what is installed of these names. */
  plan(added: readonly MadeUp[], removed?: readonly string[], options?: PlanOptions): ChangePlan;
  /** Plans and commits under the environment's lock. */
  change(added: readonly MadeUp[], removed?: readonly string[], options?: ChangeOptions): Promise<CommitEnd>;
  installed(): RecordedDistribution[];
  /** Every path of the environment with what it holds, murre's own state left out. */
  snapshot(): Record<string, string>;
}

type ChangeOptions = PlanOptions & Pick<CommitOptions, "provenances">;

/** Folders without a link. */
export function sameFolders(...roots: string[]): Folders {
  return { roots, of: (folder) => folder };
}

export function makeEnvironment(form: "environment" | "target" = "environment", root?: string): TestEnvironment {
  const folder = root ?? temporaryFolder("linker");
  const env = `${folder}/env`;
  const site = form === "target" ? env : `${env}/lib/site-packages`;
  mkdirSync(site, { recursive: true });
  const destination: Destination = {
    schemes: { purelib: site, platlib: site, scripts: `${env}/bin`, headers: `${env}/include`, data: env },
    executable: "/env/bin/python",
    platform: "linux",
    boundary: env,
  };
  const lease = takeLease(`${folder}/cache`);
  const state = environmentState(destination);
  const writerOptions = (options: Partial<WriterOptions> = {}): WriterOptions => ({
    lease,
    subject: env,
    command: "test",
    platform: process.platform,
    isTemporary: false,
    ...options,
  });
  const installed = () => readRecorded(site);
  const plan: TestEnvironment["plan"] = (added, removed = [], options = {}) => {
    const goes = installed().filter(({ name }) => removed.includes(name));
    const stays = installed().filter(({ name }) => !removed.includes(name));
    const folders = openFolders(destination);
    const view = viewEnvironment(folders, () => stays);
    const wheels = added.map((wheel) => madeUpWheel(wheel, `${folder}/store-${wheel.version ?? ""}`));
    const removals = goes.map((one) => planRemoval(one, folders, (path) => view.ownersOf(path).length > 0));
    return planChange(destination, wheels, removals, view, options);
  };
  return {
    folder,
    env,
    site,
    destination,
    state,
    lease,
    writerOptions,
    plan,
    async change(added, removed, { provenances, ...options } = {}) {
      return withWriter(state, writerOptions(), (writer) =>
        writer.commit(plan(added, removed, { ...writer.renames, ...options }), {
          mode: "hardlink",
          workers: undefined,
          validate: () => true,
          ...(provenances === undefined ? {} : { provenances }),
        }),
      );
    },
    installed,
    snapshot: () => snapshot(env),
  };
}

function readRecorded(site: string): RecordedDistribution[] {
  return readdirSync(site)
    .filter((name) => name.endsWith(".dist-info"))
    .map((name) => {
      const [project = "", version = ""] = name.slice(0, -".dist-info".length).split("-");
      const distInfo = `${site}/${name}`;
      const record = parseRecord(readFileSync(`${distInfo}/RECORD`, "utf8"));
      return { name: project, version, sitePackages: site, distInfo, record };
    });
}

export function snapshot(folder: string): Record<string, string> {
  const found: Record<string, string> = {};
  const walk = (relative: string) => {
    for (const name of readdirSync(`${folder}/${relative}`)) {
      if (name === STATE_FOLDER) continue;
      const path = relative === "" ? name : `${relative}/${name}`;
      const stats = lstatSync(`${folder}/${path}`);
      if (stats.isDirectory()) {
        found[path] = "folder";
        walk(path);
      } else if (stats.isSymbolicLink()) found[path] = `link ${readlinkSync(`${folder}/${path}`)}`;
      else found[path] = readFileSync(`${folder}/${path}`, "utf8");
    }
  };
  walk("");
  return found;
}
