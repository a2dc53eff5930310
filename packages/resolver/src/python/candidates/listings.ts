import type { NormalizedName } from "@murre/pep508";
import type { Found } from "./project.ts";
import type { Turns } from "../../solver/turns.ts";
import { groupReleases, mergeReleases } from "./release.ts";
import type { DistributionFile, PythonSource } from "./source.ts";

/** What the index has of each project, asked for, grouped and sorted once, however many catalogs are made of it. */
export class Listings<File extends DistributionFile> {
  private readonly source: PythonSource<File>;
  private readonly turns: Turns;
  private readonly known = new Map<NormalizedName, Promise<Found<File>>>();

  constructor(source: PythonSource<File>, turns: Turns) {
    this.source = source;
    this.turns = turns;
  }

  /** So often the source was asked. */
  get requests(): number {
    return this.known.size;
  }

  of(name: NormalizedName): Promise<Found<File>> {
    let listing = this.known.get(name);
    if (!listing) {
      listing = this.find(name);
      this.known.set(name, listing);
    }
    return listing;
  }

  /** A page takes a while to be read, and to be looked at. */
  private async find(name: NormalizedName): Promise<Found<File>> {
    const files = await this.turns.take(() => this.source.files(name));
    return this.turns.take(() => findReleases(name, files));
  }
}

function findReleases<File extends DistributionFile>(
  name: NormalizedName,
  listed: Awaited<ReturnType<PythonSource<File>["files"]>>,
): Found<File> {
  if (listed === undefined) return { missing: "no index has a project of this name" };
  if ("missing" in listed) return listed;
  const releases = "releases" in listed ? mergeReleases(listed) : groupReleases(name, listed);
  return { releases };
}
