/** `NAME=URL`, as uv takes it. A URL or a path of itself has no such beginning. */
export function splitNamedIndex(text: string): { readonly name?: string; readonly url: string } {
  const match = /^([a-z\d][\w.-]*)=(.+)$/is.exec(text);
  return match === null ? { url: text } : { name: match[1] ?? "", url: match[2] ?? "" };
}

/**
 * The URL with what `MURRE_INDEX_NAME_USERNAME` and `MURRE_INDEX_NAME_PASSWORD` say, or uv's variables of these names; one with a user or a
 * password stays as it is.
 */
export function withNamedCredentials(
  url: string,
  name: string | undefined,
  variables: Readonly<Record<string, string | undefined>>,
): string {
  if (name === undefined || !/^https?:/i.test(url) || !URL.canParse(url)) return url;
  const parsed = new URL(url);
  if (parsed.username !== "" || parsed.password !== "") return url;
  const key = name.toUpperCase().replaceAll(/[^A-Z\d]/g, "_");
  const said = (what: string) => variables[`MURRE_INDEX_${key}_${what}`] || variables[`UV_INDEX_${key}_${what}`] || "";
  const [username, password] = [said("USERNAME"), said("PASSWORD")];
  if (username === "" && password === "") return url;
  // A percent sign of a password is one, and begins no escape.
  parsed.username = encodeURIComponent(username);
  parsed.password = encodeURIComponent(password);
  return parsed.href;
}
