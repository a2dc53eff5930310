type AppleVersion = readonly [number, number];

function isBefore(a: AppleVersion, b: AppleVersion): boolean {
  return a[0] !== b[0] ? a[0] < b[0] : a[1] < b[1];
}

/**
 * macOS platform tags, newest system first. Before macOS 11 each yearly release raised the minor version, since then it
 * raises the major one.
 */
export function macPlatforms(version: AppleVersion, architecture: string): string[] {
  const platforms: string[] = [];
  const add = (at: AppleVersion, formats: readonly string[]) => {
    for (const format of formats) platforms.push(`macosx_${at[0]}_${at[1]}_${format}`);
  };
  if (version[0] === 10)
    for (let minor = version[1]; minor >= 0; minor--) add([10, minor], binaryFormats([10, minor], architecture));
  if (version[0] < 11) return platforms;
  for (let major = version[0]; major > 10; major--) add([major, 0], binaryFormats([major, 0], architecture));
  // No arm64 Mac ran macOS 10, but a universal2 binary may carry an x86_64 half that was built for it.
  for (let minor = 16; minor >= 4; minor--)
    add([10, minor], architecture === "x86_64" ? binaryFormats([10, minor], architecture) : ["universal2"]);
  return platforms;
}

/** The formats of binaries that a Mac with this processor and system runs, the most specific first. */
function binaryFormats(version: AppleVersion, architecture: string): string[] {
  const formats = [architecture];
  if (architecture === "x86_64" || architecture === "i386") {
    if (isBefore(version, [10, 4])) return [];
    formats.push(...(architecture === "x86_64" ? ["intel", "fat64", "fat3"] : ["intel", "fat3", "fat"]));
  } else if (architecture === "ppc64") {
    if (isBefore([10, 5], version) || isBefore(version, [10, 4])) return [];
    formats.push("fat64");
  } else if (architecture === "ppc") {
    if (isBefore([10, 6], version)) return [];
    formats.push("fat3", "fat");
  }
  if (architecture === "arm64" || architecture === "x86_64") formats.push("universal2");
  if (["x86_64", "i386", "ppc64", "ppc", "intel"].includes(architecture)) formats.push("universal");
  return formats;
}

/** iOS platform tags (PEP 730) from the given version down to 12.0, the first that runs CPython. */
export function iosPlatforms([major, minor]: AppleVersion, multiarch: string): string[] {
  const platforms: string[] = [];
  if (major < 12) return platforms;
  const name = multiarch.replaceAll("-", "_");
  for (let atMinor = minor; atMinor >= 0; atMinor--) platforms.push(`ios_${major}_${atMinor}_${name}`);
  // No iOS release had a minor version above 9, so earlier majors are counted from there.
  for (let atMajor = major - 1; atMajor >= 12; atMajor--)
    for (let atMinor = 9; atMinor >= 0; atMinor--) platforms.push(`ios_${atMajor}_${atMinor}_${name}`);
  return platforms;
}
