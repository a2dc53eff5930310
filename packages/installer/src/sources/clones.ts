import { redactUrl, type NormalizedName } from "@murre/pep508";
import { isAbsolute, join, relative, resolve, sep } from "node:path";
import { pathToFileURL } from "node:url";
import { ConflictingRequirements, UnsupportedRequirement } from "../errors.ts";
import type { ChangeOperation } from "../operation/change-operation.ts";
import { subdirectoryOf, withoutFragment } from "../wanted/source-url.ts";
import type { RepositorySources } from "./repository-sources.ts";

/** A repository that is named as an editable one. */
export interface CloneRequest {
  readonly name: NormalizedName;
  readonly url: string;
  /** For messages. */
  readonly origin: string;
}

/** Clones repositories that are named as editable ones, and says which folders they are from then on. */
export class Clones {
  readonly #operation: ChangeOperation;
  readonly #repositories: () => Promise<RepositorySources>;
  readonly #known = new Map<NormalizedName, CloneRequest & { readonly made: Promise<void> }>();

  constructor(operation: ChangeOperation, repositories: () => Promise<RepositorySources>) {
    this.#operation = operation;
    this.#repositories = repositories;
  }

  /**
   * `<environment>/src/<name>`, or below the folder that `--src` names (pip). @returns the URL of the project's own folder
   * @throws {ConflictingRequirements} where that is to be two commits, or two repositories
   */
  async clone(request: CloneRequest): Promise<string> {
    const { name, url, origin } = request;
    const folder = join(this.#parent(), name);
    const subdirectory = subdirectoryOf(url) ?? "";
    const project = resolve(folder, subdirectory);
    const inside = relative(folder, project);
    if (inside === ".." || inside.startsWith(`..${sep}`) || isAbsolute(inside))
      throw new UnsupportedRequirement(redactUrl(url), "its subdirectory leads out of the repository", origin);
    const place = withoutFragment(url);
    const known = this.#known.get(name);
    if (known !== undefined && withoutFragment(known.url) !== place)
      throw new ConflictingRequirements(
        name,
        `${known.origin} (${redactUrl(known.url)})`,
        `${origin} (${redactUrl(url)})`,
      );
    const made = known?.made ?? this.#make(place, folder);
    if (known === undefined) this.#known.set(name, { ...request, made });
    await made;
    return pathToFileURL(project).href;
  }

  async #make(url: string, folder: string): Promise<void> {
    await (await this.#repositories()).clone(url, folder);
  }

  #parent(): string {
    const { decisions, settings, target } = this.#operation;
    const { interpreter } = target;
    return decisions.change.sourceFolder ?? resolve(interpreter.isVirtual ? interpreter.prefix : settings.cwd, "src");
  }
}
