/** So often may others take the cache from under one operation, before its own trouble is said to be it. */
export const mostMisfortunes = 5;
