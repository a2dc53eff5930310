/** Murre's state: a folder in site-packages, and one on each other file system of an environment. */
export const STATE_FOLDER = ".murre";

/** `<lease>-<n>`: a transaction's or an executor's name. */
export const TRANSACTION = /^\w+-\d+$/;
