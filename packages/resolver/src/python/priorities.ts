import type { NormalizedName } from "@murre/pep508";

/** How early a project is decided, from last to first. Of some it is seen late where they are to come from. */
const last = -1;
const unspecified = 0;
/** Its selected versions were often the culprit of a conflict. */
const conflictLate = 1;
/** Its versions were often refused because of what had been selected before. */
const conflictEarly = 2;
/** Something pins it to one version. */
const pinned = 3;
const directUrl = 4;

const classes = { last, other: unspecified, pin: pinned, url: directUrl };

/** So many conflicts in one part change a project's class. */
const conflictThreshold = 5;

interface Priority {
  class: number;
  /** In the order in which the projects were met. */
  readonly index: number;
}

/**
 * The order of decisions, uv's: direct URLs, pinned projects, projects that conflict often, the others; within a class in the
 * order in which they were met. Deciding what conflicts early is what keeps deep backtracking short.
 */
export class Priorities {
  private readonly projects = new Map<NormalizedName, Priority>();
  private readonly vain = new Map<string, number>();
  private readonly culprits = new Map<string, number>();
  private readonly early: string[] = [];
  private readonly late: string[] = [];
  private readonly projectOf: (name: string) => NormalizedName;

  constructor(projectOf: (name: string) => NormalizedName) {
    this.projectOf = projectOf;
  }

  /** A requirement of the project was met. */
  meet(project: NormalizedName, kind: "url" | "pin" | "other" | "last"): void {
    const met = classes[kind];
    const priority = this.projects.get(project);
    if (!priority) this.projects.set(project, { class: met, index: this.projects.size });
    else if (met > priority.class) priority.class = met;
  }

  /** Higher first. */
  of(project: NormalizedName): number {
    const priority = this.projects.get(project);
    return priority ? priority.class * 1e6 - priority.index : Number.NEGATIVE_INFINITY;
  }

  /**
   * A project's own extras are no culprits: they only repeat what it says. What was tried is decided early, whatever was affected: its
   * versions are what is gone through in vain.
   */
  conflicted(tried: string, affected: string, culprits: readonly string[]): void {
    const project = this.projectOf(affected);
    const others = culprits.filter((culprit) => this.projectOf(culprit) !== project);
    for (const culprit of others) if (count(this.culprits, culprit) === conflictThreshold) this.late.push(culprit);
    if (others.length > 0 && count(this.vain, tried) === conflictThreshold) this.early.push(tried);
  }

  /** Moves projects that reached the threshold, and returns those whose decision has to be undone for it. */
  reconsider(): string[] {
    for (const name of this.early.splice(0)) {
      const project = this.projectOf(name);
      const priority = this.projects.get(project);
      if (priority) priority.class = conflictEarly;
    }
    return this.late.splice(0).filter((name) => {
      const project = this.projectOf(name);
      const priority = this.projects.get(project);
      if (!priority || priority.class === conflictEarly || priority.class === conflictLate) return false;
      priority.class = conflictLate;
      return true;
    });
  }
}

function count(counts: Map<string, number>, name: string): number {
  const next = (counts.get(name) ?? 0) + 1;
  counts.set(name, next);
  return next;
}
