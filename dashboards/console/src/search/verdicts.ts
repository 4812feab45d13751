// What an officer said of a hit, as the screen knows it: said here just now, or as the hub has it.
import { usePath } from "../path/store";
import type { Hit } from "../room/types";
import type { ShownHit } from "./hits";

type Verdict = "confirmed" | "rejected" | null;

/** The word on a hit. */
export function useVerdict(caseId: string, { sighting, verdict }: Hit): Verdict {
  const { said } = usePath(caseId);
  return said.has(sighting.sighting_id) ? (said.get(sighting.sighting_id) ?? null) : (verdict ?? null);
}

/** The hits but for those that were rejected here, which the next answer leaves out. */
export const withoutRejected = (hits: readonly ShownHit[], said: ReadonlyMap<string, Verdict>): ShownHit[] =>
  hits.filter(({ hit }) => said.get(hit.sighting.sighting_id) !== "rejected");

/** For each hit that has others of the same person among those shown: all of these. `groups` are the path's. */
export function personsAmong(shown: readonly ShownHit[], groups: readonly (readonly string[])[]): ReadonlyMap<string, readonly string[]> {
  const here = new Set(shown.map(({ hit }) => hit.sighting.sighting_id));
  const persons = new Map<string, readonly string[]>();
  for (const group of groups) {
    const members = group.filter((id) => here.has(id));
    if (members.length > 1) for (const id of members) persons.set(id, members);
  }
  return persons;
}
