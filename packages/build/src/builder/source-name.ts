import { realPath } from "../source/source-tree.ts";
import type { BuildSource } from "./build-services.ts";

/** What is built, whoever asks for it: equal for equal bytes, and for a folder by where it lies. */
export function nameOfSource({ kind, path, sha256 = "", checkout, isEditable = false }: BuildSource): string {
  if (checkout !== undefined) return checkout.identity;
  return kind === "archive" ? `sdist ${sha256}` : `${isEditable ? "editable" : "directory"} ${realPath(path)}`;
}
