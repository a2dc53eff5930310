import type { SourceRules } from "./local-project.ts";
import type { SourceFollower } from "./follow-sources.ts";

/** What one operation knows of `[tool.uv.sources]`. */
export interface ProjectSources extends SourceRules {
  /** Loaded where a project has some. */
  follower(): Promise<SourceFollower>;
}

export function projectSources(settings: Omit<SourceRules, "editables" | "indexes">): ProjectSources {
  let follower: Promise<SourceFollower> | undefined;
  const rules: SourceRules = { ...settings, editables: new Set(), indexes: new Map() };
  const open = async () => {
    const { SourceFollower } = await import("./follow-sources.ts");
    return new SourceFollower(rules);
  };
  return { ...rules, follower: () => (follower ??= open()) };
}
