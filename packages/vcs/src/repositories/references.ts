/** One line of `git ls-remote`. */
export interface Advertised {
  readonly object: string;
  readonly name: string;
}

export function parseAdvertised(text: string): readonly Advertised[] {
  return text.split("\n").flatMap((line) => {
    const [, object = "", name = ""] = /^([0-9a-f]{40}|[0-9a-f]{64})\t(\S+)$/.exec(line) ?? [];
    return object === "" ? [] : [{ object, name }];
  });
}

/**
 * The commit that a name means: a branch goes before a tag of the same name (pip, uv), `refs/…` is what it says. Undefined: none of these.
 */
export function chooseReference(advertised: readonly Advertised[], revision: string): string | undefined {
  const objects = new Map(advertised.map(({ name, object }) => [name, object]));
  const full = revision.startsWith("refs/")
    ? [revision]
    : [`refs/heads/${revision}`, `refs/tags/${revision}`, `refs/${revision}`];
  for (const name of revision === "HEAD" ? ["HEAD"] : full) {
    // An annotated tag is an object of its own; what it is put on stands behind it.
    const commit = objects.get(`${name}^{}`) ?? objects.get(name);
    if (commit !== undefined) return commit;
  }
  return undefined;
}
