const METADATA_FOLDER = /\.(?:dist-info|egg-info|egg-link)$/;
const METADATA = /\.(?:dist-info|egg-info|egg-link)(?:\/|$)/;

/** Whether a path is what says that a distribution is installed, or lies in it. */
export function isMetadata(path: string): boolean {
  return METADATA.test(path);
}

/** Whether a path is what says that a distribution is installed. */
export function isMetadataFolder(path: string): boolean {
  return METADATA_FOLDER.test(path);
}
