import type { CompileOptions } from "../api/operations.ts";
import type { ChangeOperation } from "../operation/change-operation.ts";
import type { Request } from "../operation/open-request.ts";
import { nothingPresent, resolveRequirements, timed } from "../resolve/resolve.ts";
import { preferencesHere, type Preferences } from "./preferences.ts";
import type { MarkedDistribution, MarkedTarget } from "./resolve-marked.ts";
import type { SourceReader } from "../resolve/source-reader.ts";

/** What the requirements lead to, with all that the output says of it. Without markers an earlier answer may do. */
export async function resolveCompiled(
  operation: ChangeOperation,
  request: Request,
  sources: SourceReader,
  { target, preferences }: { readonly target: MarkedTarget | undefined; readonly preferences: Preferences },
): Promise<readonly MarkedDistribution[]> {
  if (target === undefined) return withoutMarkers(operation, request, sources, preferences);
  const { resolveWithMarkers } = await import("./resolve-marked.ts");
  const { distributions } = await timed(operation, async () => {
    const distributions = await resolveWithMarkers(operation, request, sources, { target, preferences });
    return { distributions, resolved: distributions.map(({ distribution }) => distribution) };
  });
  return distributions;
}

async function withoutMarkers(
  operation: ChangeOperation,
  request: Request,
  sources: SourceReader,
  preferences: Preferences,
): Promise<readonly MarkedDistribution[]> {
  const here = preferencesHere(preferences, operation);
  const { resolved, graph } = await timed(operation, () =>
    resolveRequirements(operation, request, sources, { ...nothingPresent, preferences: here }),
  );
  const known = new Map(resolved.map((one) => [one.name, one]));
  return resolved.map((distribution): MarkedDistribution => {
    const { needs = [], extras = [] } = graph.get(distribution.name) ?? {};
    const needed = needs.flatMap((name) => {
      const other = known.get(name);
      return other === undefined ? [] : [{ name, version: other.version, url: other.directUrl }];
    });
    return { distribution, files: [], extras, needs: needed };
  });
}

/** Whether the result says when a distribution is wanted, or which files it has. */
export function needsMarkers({ universal, stripMarkers }: CompileOptions, format: CompileFormat): boolean {
  return universal === true || stripMarkers === false || format === "pylock.toml";
}

export type CompileFormat = NonNullable<CompileOptions["format"]>;
