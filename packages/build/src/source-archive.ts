/** The endings by which murre knows an archive of sources. PEP 625 knows only the first; the zips are those of old projects. */
export function isSourceArchive(filename: string): boolean {
  return /\.(?:tar\.gz|tgz|zip)$/i.test(filename);
}
