/** The simple API that is asked where nothing else is configured. Its address stands here and nowhere else. */
export const DEFAULT_INDEX_URL = "https://pypi.org/simple/";
