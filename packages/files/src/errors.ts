/** The permanent codes of this package's errors. */
export type FilesErrorCode = "MURRE_NOT_A_FILE" | "MURRE_FILE_TOO_LARGE" | "MURRE_NO_TEMPORARY_FOLDER";

/** What all errors of this package are. */
export abstract class FilesError extends Error {
  abstract readonly code: FilesErrorCode;
}

/** What lies at a path where a file is expected. */
export type NoFileKind = "folder" | "pipe" | "socket" | "device" | "link";

const words: Readonly<Record<NoFileKind, string>> = {
  folder: "a folder",
  pipe: "a pipe",
  socket: "a socket",
  device: "a device",
  link: "a symbolic link",
};

/**
 * Something else lies where a file is expected. Reading it might never end, so it was not begun.
 * To do: name a file.
 */
export class NotAFile extends FilesError {
  override readonly name = "NotAFile";
  readonly code = "MURRE_NOT_A_FILE";
  readonly path: string;
  readonly kind: NoFileKind;
  constructor(path: string, kind: NoFileKind, options?: ErrorOptions) {
    super(`${path}: is ${words[kind]}, and a file is needed here; nothing was read from it`, options);
    this.path = path;
    this.kind = kind;
  }
}

/**
 * A file is larger than any of its kind.
 * To do: check that it is the file that was meant.
 */
export class FileTooLarge extends FilesError {
  override readonly name = "FileTooLarge";
  readonly code = "MURRE_FILE_TOO_LARGE";
  readonly path: string;
  readonly limitBytes: number;
  constructor(path: string, limitBytes: number) {
    super(`${path}: is larger than a file of its kind can be (${limitBytes} bytes)`);
    this.path = path;
    this.limitBytes = limitBytes;
  }
}

/** Nowhere can a temporary folder be made. To do: name one with TMPDIR. */
export class NoTemporaryFolder extends FilesError {
  override readonly name = "NoTemporaryFolder";
  readonly code = "MURRE_NO_TEMPORARY_FOLDER";
  readonly places: readonly string[];
  constructor(places: readonly string[], options?: ErrorOptions) {
    super(
      `no temporary folder can be made in ${places.join(", ")}; name one that can be written to with TMPDIR`,
      options,
    );
    this.places = places;
  }
}
