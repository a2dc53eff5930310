import { redactUrl } from "@murre/pep508";

const variables = /\/\/(?:\$\{[A-Z0-9_]+\}:?)+@/;

/** What may stand in a file that is passed on: a secret of a URL is cut out, a variable that stands for one is not. */
export function withoutCredentials(url: string): string {
  if (variables.test(url)) return url;
  return redactUrl(url).replaceAll(/\/\/[^\s/@]*\*\*\*\*@/g, "//");
}
