/**
 * Why something was refused, for a message that names the place itself: the system's words and code without Node's name of the call and without
 * the path (`no such file or directory (ENOENT)`), and of this package's errors what follows the path.
 */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { message, code, syscall, path } = error as NodeJS.ErrnoException;
  if (code !== undefined && syscall !== undefined && message.startsWith(`${code}: `)) {
    const call = message.indexOf(`, ${syscall}`);
    return `${message.slice(code.length + 2, call < 0 ? undefined : call)} (${code})`;
  }
  return path !== undefined && message.startsWith(`${path}: `) ? message.slice(path.length + 2) : message;
}
