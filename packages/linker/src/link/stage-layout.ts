/** Where in the executor's folders a target is staged. */
export interface StagedPath {
  /** The place: 0 the environment's own, 1 the first of those on other file systems. */
  readonly at: number;
  /** Below the executor's folder: `stage/<root>/a/b`. */
  readonly path: string;
}

export interface StageLayout {
  of(target: string): StagedPath;
  /** The folders from the root's stage down to the one of this target, parents first; the root's own included. */
  chain(folder: string): readonly StagedPath[];
}

interface Root {
  readonly folder: string;
  readonly at: number;
  readonly stage: string;
}

/**
 * The stage repeats the environment's folders below each root, so that a target's place in it follows from the target. Roots are folders that stand and
 * stay, and the folders on other file systems, which have a stage of their own there; the innermost one counts. A folder that is itself
 * placed must be no root: what is below it would be staged elsewhere.
 */
export function stageLayout(standing: readonly string[], apart: readonly string[]): StageLayout {
  const own = standing.filter((folder) => !apart.includes(folder));
  const roots: Root[] = [
    ...own.map((folder, index) => ({ folder, at: 0, stage: `stage/${index}` })),
    ...apart.map((folder, index) => ({ folder, at: index + 1, stage: "stage/0" })),
  ].toSorted((a, b) => b.folder.length - a.folder.length);
  const rootOf = (target: string): Root => {
    const root = roots.find(({ folder }) => target === folder || target.startsWith(`${folder}/`));
    if (root === undefined) throw new RangeError(`${target} lies below no root`);
    // What lies below a scheme's folder that itself lies on another file system is staged there.
    if (root.at !== 0) return root;
    const outside = apart.findLastIndex((folder) => root.folder.startsWith(`${folder}/`));
    if (outside < 0) return root;
    return { folder: apart[outside] as string, at: outside + 1, stage: "stage/0" };
  };
  return {
    of(target) {
      const { at, stage, folder } = rootOf(target);
      return { at, path: stage + target.slice(folder.length) };
    },
    chain(folder) {
      const root = rootOf(folder);
      const below = folder.slice(root.folder.length).split("/").slice(1);
      return ["", ...below.keys()].map((_, depth) => ({
        at: root.at,
        path: [root.stage, ...below.slice(0, depth)].join("/"),
      }));
    },
  };
}
