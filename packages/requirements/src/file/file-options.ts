import type { OptionName } from "./line-options.ts";
import type { FileOptions, FileSetting, Origin } from "../types.ts";

/** Folds option lines in their order, as pip applies each to its finder at once. */
export class FileOptionsFolder {
  #indexUrl: FileSetting<string> | undefined;
  #extraIndexUrls: FileSetting<string>[] = [];
  #noIndex = false;
  readonly #findLinks: FileSetting<string>[] = [];
  readonly #trustedHosts: FileSetting<string>[] = [];
  readonly #formats: FileOptions["formats"][number][] = [];
  readonly #flags = new Set<OptionName>();

  /** @returns false when this is no option about where and what to install from. */
  add(name: OptionName, value: string, origin: Origin): boolean {
    const setting = { value, origin };
    if (name === "index-url") {
      this.#indexUrl = setting;
      this.#extraIndexUrls = [];
    } else if (name === "extra-index-url") this.#extraIndexUrls.push(setting);
    else if (name === "find-links") this.#findLinks.push(setting);
    else if (name === "trusted-host") this.#trustedHosts.push(setting);
    else if (name === "only-binary") this.#formats.push({ ...setting, option: "onlyBinary" });
    else if (name === "no-binary") this.#formats.push({ ...setting, option: "noBinary" });
    else if (name === "no-index") this.#noIndex = true;
    else if (name === "pre" || name === "prefer-binary" || name === "require-hashes") this.#flags.add(name);
    else return false;
    return true;
  }

  finish(): FileOptions {
    return {
      ...(this.#indexUrl === undefined ? {} : { indexUrl: this.#indexUrl }),
      extraIndexUrls: this.#extraIndexUrls,
      findLinks: this.#findLinks,
      noIndex: this.#noIndex,
      trustedHosts: this.#trustedHosts,
      pre: this.#flags.has("pre"),
      preferBinary: this.#flags.has("prefer-binary"),
      requireHashes: this.#flags.has("require-hashes"),
      formats: this.#formats,
    };
  }
}
