import { writeAll } from "@murre/files";
import { closeSync, mkdirSync, openSync, rmSync, statSync, symlinkSync, linkSync, lstatSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { isTooLongPath } from "@murre/wheel";
import { SdistTooLarge, UnreadableSdist, UnsafeSdist } from "../errors.ts";
import type { SdistLimits } from "./sdist-limits.ts";

const ratioAboveBytes = 256 * 1024 ** 2;
// oxlint-disable-next-line no-control-regex -- control characters are what it looks for
const controlCharacter = /[\u0000-\u001f\u007f]/;

/** A member that is being written. */
export interface OpenMember {
  write(chunk: Uint8Array): void;
  end(): void;
}

type MemberKind = "folder" | "file" | "link";

interface DeferredLink {
  readonly path: string;
  readonly target: string;
  readonly kind: "symbolic" | "hard";
}

/**
 * Writes the members of one archive below a new folder, whatever the archive says. Symbolic links are made when everything else has been
 * written, so that no member is ever written through one.
 */
export class SdistWriter {
  readonly #archive: string;
  readonly #folder: string;
  readonly #limits: SdistLimits;
  readonly #archiveBytes: number;
  readonly #links: DeferredLink[] = [];
  readonly #kinds = new Map<string, MemberKind>();
  /** The folders that members lie in. */
  readonly #parents = new Set<string>();
  #entries = 0;
  #totalBytes = 0;

  /** @param folder existing and empty */
  constructor(archivePath: string, archive: string, folder: string, limits: SdistLimits) {
    this.#archive = archive;
    this.#folder = folder;
    this.#limits = limits;
    this.#archiveBytes = Math.max(1, statSync(archivePath).size);
  }

  directory(name: string): void {
    const path = this.#admit(name, "folder");
    if (path !== "") mkdirSync(join(this.#folder, path), { recursive: true });
  }

  /** @param isExecutable of the rest of the mode nothing is taken over, least of all setuid */
  file(name: string, isExecutable: boolean): OpenMember {
    const path = this.#admit(name, "file");
    const target = join(this.#folder, path);
    mkdirSync(dirname(target), { recursive: true });
    // Of a member that comes twice the last one counts, as with tar(1); never written through what stands there.
    rmSync(target, { force: true });
    const file = openSync(target, "wx", isExecutable ? 0o777 : 0o666);
    return {
      write: (chunk) => {
        this.#count(chunk.byteLength);
        writeAll(file, chunk);
      },
      end: () => closeSync(file),
    };
  }

  /** @param target as the archive has it: of a symbolic link relative to its folder, of a hard link to the archive's root */
  link(name: string, target: string, kind: "symbolic" | "hard"): void {
    const path = this.#admit(name, "link");
    const reason = controlCharacter.test(target) || target === "" ? "has no usable target" : undefined;
    if (reason !== undefined) throw this.#unsafe(name, `is a link and ${reason}`);
    if (isTooLongPath(target)) throw this.#unsafe(name, "is a link to what is longer than a path can be");
    if (target.startsWith("/") || /^[A-Za-z]:/.test(target)) throw this.#unsafe(name, `is a link to ${target}`);
    const from = kind === "hard" ? "" : posix.dirname(path);
    const led = posix.normalize(posix.join(from, target));
    if (led === ".." || led.startsWith("../"))
      throw this.#unsafe(name, `is a link to ${target}, outside of the archive`);
    this.#links.push({ path, target: kind === "hard" ? led : target, kind });
  }

  /** A member of another kind: a device, a pipe. */
  special(name: string, kind: string): never {
    throw this.#unsafe(name, `is a ${kind}`);
  }

  /** Makes the links. A link may lead to another one, so a chain of links that are harmless alone is followed to its end. */
  finish(): void {
    const links = new Map(this.#links.filter(({ kind }) => kind === "symbolic").map((link) => [link.path, link]));
    for (const link of this.#links) if (link.kind === "hard") this.#makeHardLink(link, links);
    for (const link of links.values()) {
      this.#follow(link, links);
      const target = join(this.#folder, link.path);
      mkdirSync(dirname(target), { recursive: true });
      symlinkSync(link.target, target);
    }
  }

  #makeHardLink({ path, target }: DeferredLink, links: ReadonlyMap<string, DeferredLink>): void {
    if (links.has(target)) throw this.#unsafe(path, `is a hard link to ${target}, which is a link`);
    if (lstatSync(join(this.#folder, target), { throwIfNoEntry: false })?.isFile() !== true)
      throw this.#unsafe(path, `is a hard link to ${target}, which is no file of the archive`);
    mkdirSync(dirname(join(this.#folder, path)), { recursive: true });
    linkSync(join(this.#folder, target), join(this.#folder, path));
  }

  /** Walks a link's target part by part, through the links of the archive, as the system will. */
  #follow(link: DeferredLink, links: ReadonlyMap<string, DeferredLink>): void {
    let at = posix.dirname(link.path);
    const parts = link.target.split("/");
    for (let steps = 0; parts.length > 0; steps++) {
      if (steps > 1000) throw this.#unsafe(link.path, "is a link that leads to itself");
      const part = parts.shift() ?? "";
      at = posix.normalize(posix.join(at, part));
      if (at === ".." || at.startsWith("../"))
        throw this.#unsafe(link.path, `is a link to ${link.target}, outside of the archive`);
      const next = links.get(at);
      if (next === undefined) continue;
      parts.unshift(...next.target.split("/"));
      at = posix.dirname(at);
    }
  }

  /** The member's path, relative and without dots; it is checked before anything is done with it. */
  #admit(name: string, kind: MemberKind): string {
    if (++this.#entries > this.#limits.maxEntries)
      throw new SdistTooLarge(this.#archive, `has more than the limit of ${this.#limits.maxEntries} entries`);
    const reason = unsafeReason(name);
    if (reason !== undefined) throw this.#unsafe(name, reason);
    const path = posix.normalize(name).replace(/\/$/, "");
    const depth = path.split("/").length;
    if (depth > this.#limits.maxDepth)
      throw new SdistTooLarge(
        this.#archive,
        `has a member ${depth} folders deep, more than the limit of ${this.#limits.maxDepth}`,
      );
    if (path === "." && kind !== "folder") throw this.#unsafe(name, `is a ${kind} where the archive's folder is`);
    if (path === ".") return "";
    this.#place(path, kind);
    return path;
  }

  /**
   * Only files and folders may come twice; what one member leaves, another one would be written over, or through: below a link lies what is
   * elsewhere, where its own ".." lead to other places than its name says.
   */
  #place(path: string, kind: MemberKind): void {
    const earlier = this.#kinds.get(path) ?? (this.#parents.has(path) ? "folder" : kind);
    if (earlier !== kind) throw this.#unsafe(path, `is a ${earlier} and a ${kind}`);
    if (kind === "link" && this.#kinds.has(path)) throw this.#unsafe(path, "is a link twice");
    this.#kinds.set(path, kind);
    for (
      let parent = posix.dirname(path);
      parent !== "." && !this.#parents.has(parent);
      parent = posix.dirname(parent)
    ) {
      const above = this.#kinds.get(parent) ?? "folder";
      if (above !== "folder") throw this.#unsafe(path, `lies below ${parent}, which is a ${above}`);
      this.#parents.add(parent);
    }
  }

  #count(bytes: number): void {
    const { maxTotalBytes, maxRatio } = this.#limits;
    this.#totalBytes += bytes;
    if (this.#totalBytes > maxTotalBytes)
      throw new SdistTooLarge(this.#archive, `unpacks to more than the limit of ${maxTotalBytes} bytes`);
    if (this.#totalBytes > ratioAboveBytes && this.#totalBytes / this.#archiveBytes > maxRatio)
      throw new SdistTooLarge(this.#archive, `unpacks to more than ${maxRatio} times its size`);
  }

  /** The error for an archive that contradicts itself. */
  unreadable(reason: string): UnreadableSdist {
    return new UnreadableSdist(this.#archive, reason);
  }

  #unsafe(member: string, reason: string): UnsafeSdist {
    return new UnsafeSdist(this.#archive, member, reason);
  }
}

/** Looser than for wheels: what old tools write, such as "./x" and "x//y", is harmless. */
function unsafeReason(name: string): string | undefined {
  if (name === "") return "is empty";
  if (isTooLongPath(name)) return "is longer than a path can be";
  if (controlCharacter.test(name)) return "holds a control character";
  if (name.includes("\\")) return "holds a backslash";
  if (name.startsWith("/")) return "is absolute";
  if (/^[A-Za-z]:/.test(name)) return "begins with a drive letter";
  if (name.split("/").includes("..")) return "has a part that is ..";
  return undefined;
}
