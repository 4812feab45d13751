// Pure: in which order cases stand, and whose they are.
import type { Case } from "../room/types";

/** Overdue ones first, then by how soon they are. */
export const byUrgency = (cases: readonly Case[]): Case[] =>
  [...cases].sort(
    (a, b) =>
      Number(b.standing.overdue > 0) - Number(a.standing.overdue > 0) ||
      (a.standing.deadline_ms ?? Infinity) - (b.standing.deadline_ms ?? Infinity) ||
      a.standing.grade - b.standing.grade,
  );

export const isOwnedBy = ({ standing }: Case, personId: string): boolean => standing.owner?.person_id === personId;
