// The path of each case that was searched in: found anew after each search, each word of an officer and each hit of a watch.
import { create } from "zustand";

import type { Query } from "../room/types";
import { rankAgain } from "../search/store";
import { pathHub } from "./hub";
import { lastCertain, mostAlike } from "./shown";
import type { PathAnswer, ReachNow, Verdict } from "./types";

/** The best path, and others to choose from. */
const PATHS = 3;

export interface CasePath {
  /** What is looked for; null: nothing was searched yet. */
  query: Query | null;
  answer: PathAnswer | null;
  /** As it is now; newer than the answer's. */
  reach: ReachNow | null;
  isFinding: boolean;
  /** Why it was not found, or a word on a step not kept; null when all was. */
  failure: unknown;
  /** What was said here and the answer does not heed yet; null: taken back. */
  said: ReadonlyMap<string, Verdict | null>;
  /** Which of the answer's paths is looked at. */
  chosen: number;
}

export const NO_PATH: CasePath = {
  query: null,
  answer: null,
  reach: null,
  isFinding: false,
  failure: null,
  said: new Map(),
  chosen: 0,
};

interface PathStore {
  /** By case. */
  paths: ReadonlyMap<string, CasePath>;
}

export const usePathStore = create<PathStore>(() => ({ paths: new Map() }));

export const pathOf = (caseId: string): CasePath => usePathStore.getState().paths.get(caseId) ?? NO_PATH;

export function usePath(caseId: string | null): CasePath {
  return usePathStore((store) => (caseId === null ? undefined : store.paths.get(caseId)) ?? NO_PATH);
}

function change(caseId: string, part: Partial<CasePath>): void {
  usePathStore.setState(({ paths }) => ({ paths: new Map(paths).set(caseId, { ...pathOf(caseId), ...part }) }));
}

/** Look at another of the paths; where the person may be now is told from its last certain step. */
export function choosePath(caseId: string, chosen: number): void {
  const { answer, reach } = pathOf(caseId);
  const from = lastCertain(answer?.paths[chosen]);
  change(caseId, { chosen, reach: reach?.from_sighting_id === from ? reach : null });
  void renewReach(caseId);
}

/** Look for the path of a query; the path of another one goes, that of the same stays until the hub has found it anew. */
export function lookFor(caseId: string, query: Query): void {
  const isSame = JSON.stringify(pathOf(caseId).query) === JSON.stringify(query);
  if (!isSame) change(caseId, { query, answer: null, reach: null, chosen: 0, failure: null });
  void findPath(caseId);
}

/** Nobody was found: there is nothing to join. */
export function forgetPath(caseId: string): void {
  // A finding that is under way ends by itself, and heeds what was said meanwhile.
  const { isFinding, said } = pathOf(caseId);
  change(caseId, { ...NO_PATH, isFinding, said });
}

/** Cases whose path must be found once more, since something came while the hub was answering. */
const again = new Set<string>();

/** Ask the hub for the path of the case's query; asked meanwhile it asks once more when the answer is there. */
export async function findPath(caseId: string): Promise<void> {
  if (pathOf(caseId).query === null) return;
  again.add(caseId);
  if (pathOf(caseId).isFinding) return;
  change(caseId, { isFinding: true });
  while (again.delete(caseId)) await findOnce(caseId);
  if (usePathStore.getState().paths.has(caseId)) change(caseId, { isFinding: false }); // the case may have closed
}

async function findOnce(caseId: string): Promise<void> {
  const { query, said } = pathOf(caseId);
  if (query === null) return;
  try {
    const answer = await pathHub.find(caseId, { query, paths: PATHS });
    const now = pathOf(caseId);
    if (now.query !== query) return;
    const later = new Map([...now.said].filter(([id, verdict]) => said.get(id) !== verdict));
    const chosen = now.chosen === 0 ? 0 : mostAlike(answer.paths, now.answer?.paths[now.chosen]);
    change(caseId, { answer, reach: answer.reach, said: later, failure: null, chosen });
    if (chosen !== 0) choosePath(caseId, chosen);
  } catch (failure) {
    if (pathOf(caseId).query === query) change(caseId, { failure });
  }
}

const words = new Map<string, Promise<unknown>>();

/** Words on one sighting reach the hub in the order in which they were said. */
async function inOrder(key: string, tell: () => Promise<unknown>): Promise<void> {
  const told = words.get(key)?.then(tell, tell) ?? tell();
  words.set(key, told);
  try {
    await told;
  } finally {
    if (words.get(key) === told) words.delete(key);
  }
}

/** Say that a sighting is the person (confirmed), or is not (rejected), or take back (null) what was said. */
export async function say(caseId: string, sightingId: string, verdict: Verdict | null): Promise<void> {
  const before = pathOf(caseId).said;
  change(caseId, { said: new Map(before).set(sightingId, verdict), failure: null });
  try {
    await inOrder(`${caseId} ${sightingId}`, () =>
      verdict === null ? pathHub.takeBack(caseId, sightingId) : pathHub.mark(caseId, sightingId, verdict),
    );
  } catch (failure) {
    const said = new Map(pathOf(caseId).said);
    if (said.get(sightingId) === verdict) said.delete(sightingId);
    change(caseId, { said, failure });
    return;
  }
  // The hits come back in some milliseconds, the path in some tenths of a second: one after the other each is sooner.
  await rankAgain(caseId);
  await findPath(caseId);
}

/** Ask where the person may be by now. The last answer stays where the hub gives none: its age is on the screen. */
export async function renewReach(caseId: string): Promise<void> {
  const from = (): string | null => {
    const { answer, chosen } = pathOf(caseId);
    return lastCertain(answer?.paths[chosen]);
  };
  const { query } = pathOf(caseId);
  const asked = from();
  if (query === null || asked === null) return;
  const reach = await pathHub.reach(caseId, query, asked).catch(() => null);
  if (reach === null || from() !== asked || pathOf(caseId).query !== query) return;
  if (reach.now_at_ms > (pathOf(caseId).reach?.now_at_ms ?? 0)) change(caseId, { reach });
}
