/**
 * What may come in at most, so that no server fills the memory or keeps the processor: whatever is longer is cut off while it arrives. A page of tens
 * of thousands of files, which no project in use comes near, is within the limits, and takes less than 300 MB to read.
 */

/** Bytes of a project page, after its coding was undone. */
export const largestPageBytes = 24 * 1024 ** 2;
/** Bytes of a METADATA file on its own (PEP 658), as of one in a wheel. */
export const largestMetadataBytes = 4 * 1024 ** 2;
/** Bytes of a provenance (PEP 740): an attestation has some thousand, and a file one or two of them. */
export const largestProvenanceBytes = 4 * 1024 ** 2;
/** Publishers of a file, the characters of each as JSON, and how deep its values may lie in each other. */
export const mostPublishers = 64;
export const longestPublisher = 8 * 1024;
export const deepestPublisher = 5;
/** Bytes of another text, such as a requirements file. */
export const largestTextBytes = 16 * 1024 ** 2;

/** What a content coding may make of one byte, above so many bytes. Pages of links are packed to a thirtieth at best. */
export const largestCodingRatio = 200;
export const ratioCountsAboveBytes = 4 * 1024 ** 2;
/** Codings one after the other. */
export const mostCodings = 2;

/** Links of a page. */
export const mostLinks = 50_000;
/** Characters of an attribute of a link, as far as they are kept: what has more is no address that a server takes. */
export const longestAttribute = 64 * 1024;
/** Characters of a file's name; file systems take 255 bytes. */
export const longestFilename = 1000;

/** Commas and brackets in the JSON of a page, which bound the values that it is parsed into; looked at in long pages only. */
export const mostJsonSigns = 2_500_000;
export const jsonCountsAboveCharacters = 4 * 1024 ** 2;
