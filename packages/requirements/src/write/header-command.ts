import { quoted } from "./quoted.ts";
import { withoutCredentials } from "./without-credentials.ts";

/** An option in all its spellings, and whether a value follows it. */
interface LeftOut {
  readonly names: readonly string[];
  readonly takesValue: boolean;
}

const indexes: LeftOut = {
  names: ["--index-url", "--extra-index-url", "--index", "--default-index", "-i"],
  takesValue: true,
};
const links: LeftOut = { names: ["--find-links", "-f"], takesValue: true };
/** What changes how one run goes, but not what the file says when it is made again. */
const always: readonly LeftOut[] = [
  { names: ["--upgrade-package", "-P"], takesValue: true },
  { names: ["--upgrade", "-U", "--quiet", "-q", "--verbose", "-v", "--json", "--no-progress"], takesValue: false },
  // How servers are spoken with is a machine's matter.
  { names: ["--proxy", "--cert", "--client-cert", "--trusted-host", "--allow-insecure-host"], takesValue: true },
  { names: ["--timeout", "--default-timeout", "--retries", "--log", "--progress-bar"], takesValue: true },
  { names: ["--system-certs", "--native-tls", "--no-input", "--disable-pip-version-check"], takesValue: false },
];

/**
 * The command that a compiled file is made by, for its header. As with uv, indexes and links are left out where they are not written into the file
 * either; so are upgrades, how much is printed, and how servers are spoken with. Words are quoted for a shell, and credentials cut out.
 * @param words what was called, the program first
 * @param kept what is written into the file
 */
export function headerCommand(
  words: readonly string[],
  kept: { readonly indexUrls?: boolean; readonly findLinks?: boolean } = {},
): string {
  const leftOut = [
    ...always,
    ...(kept.indexUrls === true ? [] : [indexes]),
    ...(kept.findLinks === true ? [] : [links]),
  ];
  const written: string[] = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? "";
    const option = leftOut.find(({ names }) => names.includes(word));
    if (option !== undefined) at += option.takesValue ? 1 : 0;
    else if (!leftOut.some((other) => holdsValue(word, other))) written.push(quoted(withoutCredentials(word)));
  }
  return written.join(" ");
}

/** `--name=value`, `-nvalue`; and of flags, several behind one hyphen. */
function holdsValue(word: string, { names, takesValue }: LeftOut): boolean {
  if (!takesValue) return /^-(?:q+|v+)$/.test(word) && names.includes(word.slice(0, 2));
  return names.some((name) => word.startsWith(name.startsWith("--") ? `${name}=` : name));
}
