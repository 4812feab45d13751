// Pure: an English count.

/** "1 radio", "2 radios". */
export const plural = (n: number, one: string): string => `${n} ${one}${n === 1 ? "" : "s"}`;
