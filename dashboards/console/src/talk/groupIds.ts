// The names of talk groups as hub and console write them.

/** Of the group of every radio. */
export const ALL_CALL = "all";
/** Chosen where none is, since the one that was spoken to is gone: a press asks for nothing. */
export const NO_GROUP = "";
/** Before the radio's name: the talk group of one radio and the police room. */
export const PRIVATE = "private.";

/** The group of this radio and the police room. */
export const privateGroupOf = (radioId: string): string => `${PRIVATE}${radioId}`;

/** The radio of a private group; null for any other group. */
export function radioOf(groupId: string): string | null {
  return groupId.startsWith(PRIVATE) ? groupId.slice(PRIVATE.length) : null;
}
