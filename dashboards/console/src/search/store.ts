// What is being searched in each case: the line, the form, the answer, and which hit is looked at.
import { create } from "zustand";

import { hub } from "../room/hub";
import { useStore } from "../room/store";
import type { Age, Colour, Hit, Query, SearchAnswer } from "../room/types";

export interface SearchForm {
  upper: Colour[];
  lower: Colour[];
  heightM: number | null;
  age: Age | null;
  sinceMs: number | null;
  untilMs: number | null;
  venueIds: string[];
}

export const EMPTY_FORM: SearchForm = {
  upper: [],
  lower: [],
  heightM: null,
  age: null,
  sinceMs: null,
  untilMs: null,
  venueIds: [],
};

export interface Search {
  line: string;
  form: SearchForm;
  answer: SearchAnswer | null;
  /** The newest event known when the answer came; 0 without one. */
  answeredAt: number;
  searching: boolean;
  failure: unknown;
}

export const EMPTY_SEARCH: Search = {
  line: "",
  form: EMPTY_FORM,
  answer: null,
  answeredAt: 0,
  searching: false,
  failure: null,
};

interface SearchStore {
  /** By case. */
  searches: ReadonlyMap<string, Search>;
  chosenSightingId: string | null;
}

export const useSearchStore = create<SearchStore>(() => ({ searches: new Map(), chosenSightingId: null }));

export function useSearch(caseId: string | null): Search {
  return useSearchStore((store) => (caseId === null ? undefined : store.searches.get(caseId)) ?? EMPTY_SEARCH);
}

export function changeSearch(caseId: string, change: Partial<Search>): void {
  useSearchStore.setState((store) => ({
    searches: new Map(store.searches).set(caseId, { ...(store.searches.get(caseId) ?? EMPTY_SEARCH), ...change }),
  }));
}

/** Write the line of a case in which nothing was searched from this page yet. */
export function proposeLine(caseId: string, line: string): void {
  if (!useSearchStore.getState().searches.has(caseId)) changeSearch(caseId, { line });
}

export function chooseSighting(sightingId: string | null): void {
  useSearchStore.setState({ chosenSightingId: sightingId });
}

export function chooseHit(hit: Hit | null): void {
  chooseSighting(hit?.sighting.sighting_id ?? null);
}

/** The query that line and form ask together: the form wins, the line fills in what it leaves out. */
export function queryOf(search: Search): Query {
  const { form, line } = search;
  const query: Query = { limit: 50 };
  if (line.trim() !== "") query.text = line.trim();
  const description: NonNullable<Query["description"]> = {};
  if (form.upper.length > 0) description.upper = form.upper;
  if (form.lower.length > 0) description.lower = form.lower;
  if (form.heightM !== null) description.height_m = form.heightM;
  if (form.age !== null) description.age = form.age;
  if (Object.keys(description).length > 0) query.description = description;
  if (form.sinceMs !== null) query.since_at_ms = form.sinceMs;
  if (form.untilMs !== null) query.until_at_ms = form.untilMs;
  if (form.venueIds.length > 0) query.venue_ids = form.venueIds;
  return query;
}

/** True for a query that asks for nobody in particular. */
export function isEmptyQuery(query: Query): boolean {
  return Object.keys(query).every((name) => name === "limit");
}

const asking = new Map<string, AbortController>();

/**
 * Ask the hub; the answer replaces the last one, a failure leaves it on the screen with the reason above. What was asked
 * before in the case and is not answered yet is taken back.
 */
export async function runSearch(caseId: string, query: Query): Promise<void> {
  asking.get(caseId)?.abort();
  const own = new AbortController();
  asking.set(caseId, own);
  changeSearch(caseId, { searching: true, failure: null });
  try {
    const answer = await hub.search(caseId, query, own.signal);
    if (own.signal.aborted) return;
    changeSearch(caseId, { answer, answeredAt: useStore.getState().room?.number ?? 0, searching: false });
    chooseHit(null);
  } catch (error) {
    if (!own.signal.aborted) changeSearch(caseId, { failure: error, searching: false });
  }
}
