// What is being searched in each case: the line, the form, the answer, and which hit is looked at.
import { create } from "zustand";

import { hub } from "../room/hub";
import { useStore } from "../room/store";
import type { Age, Appearance, Colour, Hit, Movement, Pattern, Query, SearchAnswer, SearchField } from "../room/types";
import { nearOf, type Around } from "./near";

/** A part counts as usual, twice that, or not at all. */
export type Importance = "more" | "off";

export interface SearchForm extends Around {
  upper: Colour[];
  lower: Colour[];
  patterns: Pattern[];
  heightM: number | null;
  toleranceM: number;
  age: Age | null;
  backpack: boolean | null;
  headWear: boolean | null;
  accompanied: boolean | null;
  movement: Movement | null;
  headingDeg: number | null;
  importance: Partial<Record<SearchField, Importance>>;
  untilMs: number | null;
  venueIds: string[];
}

export const EMPTY_FORM: SearchForm = {
  upper: [],
  lower: [],
  patterns: [],
  heightM: null,
  toleranceM: 0.1,
  age: null,
  backpack: null,
  headWear: null,
  accompanied: null,
  movement: null,
  headingDeg: null,
  importance: {},
  sinceMs: null,
  untilMs: null,
  venueIds: [],
  place: null,
  walk: null,
};

/** The person chosen in a photo. */
export interface PhotoLook {
  /** A data URL: of the person alone. */
  picture: string;
  like: readonly Appearance[];
  words: string;
  words_en: string;
}

export interface Search {
  line: string;
  form: SearchForm;
  photo: PhotoLook | null;
  answer: SearchAnswer | null;
  /** How many searches were answered; that the hits changed places by a yes or no is none. */
  answers: number;
  /** The newest event known when the answer came; 0 without one. */
  answeredAt: number;
  searching: boolean;
  failure: unknown;
}

export const EMPTY_SEARCH: Search = {
  line: "",
  form: EMPTY_FORM,
  photo: null,
  answer: null,
  answers: 0,
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

/** What counts as usual, as the hub has it (hub/sightings/messages.py, Weights). */
const USUAL: Record<SearchField, number> = {
  upper: 0.5,
  lower: 0.5,
  upper_pattern: 0.25,
  height: 0.5,
  age: 0.25,
  backpack: 0.25,
  head_wear: 0.25,
  movement: 0.25,
  heading: 0.25,
  accompanied: 0.25,
  like: 1,
};

/** What is said to count otherwise; null where all counts as usual. A photo alone counts most already: beside it all else counts half. */
function weightsOf(importance: SearchForm["importance"]): Record<SearchField, number> | null {
  const said = Object.entries(importance) as [SearchField, Importance][];
  if (said.length === 0) return null;
  const half = importance.like === "more" ? 0.5 : 1;
  const weights = Object.fromEntries(Object.entries(USUAL).map(([field, weight]) => [field, field === "like" ? weight : weight * half]));
  for (const [field, how] of said) {
    if (how === "off") weights[field] = 0;
    else if (field !== "like") weights[field] = USUAL[field] * 2 * half;
  }
  return weights as Record<SearchField, number>;
}

/** The query that line, form and photo ask together: the form wins, the line fills in what it leaves out. */
export function queryOf(search: Search): Query {
  const { form, line, photo } = search;
  const query: Query = { limit: 50 };
  if (photo !== null) query.like = photo.like;
  if (line.trim() !== "") query.text = line.trim();
  const description: NonNullable<Query["description"]> = {};
  if (form.upper.length > 0) description.upper = form.upper;
  if (form.lower.length > 0) description.lower = form.lower;
  if (form.patterns.length > 0) description.upper_pattern = form.patterns;
  if (form.heightM !== null) {
    description.height_m = form.heightM;
    description.height_tolerance_m = form.toleranceM;
  }
  if (form.age !== null) description.age = form.age;
  if (form.backpack !== null) description.backpack = form.backpack;
  if (form.headWear !== null) description.head_wear = form.headWear;
  if (form.accompanied !== null) description.accompanied = form.accompanied;
  if (form.movement !== null) description.movement = form.movement;
  if (form.headingDeg !== null) description.heading_deg = form.headingDeg;
  const weights = weightsOf(form.importance);
  if (weights !== null) description.weights = weights;
  if (Object.keys(description).length > 0) query.description = description;
  if (form.sinceMs !== null) query.since_at_ms = form.sinceMs;
  if (form.untilMs !== null) query.until_at_ms = form.untilMs;
  if (form.venueIds.length > 0) query.venue_ids = form.venueIds;
  const near = nearOf(form);
  if (near !== null) query.near = near;
  return query;
}

/** True for a query that asks for nobody in particular. */
export function isEmptyQuery(query: Query): boolean {
  const isBare = Object.keys(query.description ?? {}).every((field) => field === "weights");
  return isBare && Object.keys(query).every((name) => name === "limit" || name === "description");
}

const asking = new Map<string, AbortController>();
/** Cases in which a yes or no was said while a search was under way, which may not know of it. */
const toRank = new Set<string>();

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
    const { answers } = useSearchStore.getState().searches.get(caseId) ?? EMPTY_SEARCH;
    changeSearch(caseId, { answer, answers: answers + 1, answeredAt: useStore.getState().room?.number ?? 0, searching: false });
    chooseHit(null);
  } catch (error) {
    if (!own.signal.aborted) changeSearch(caseId, { failure: error, searching: false });
  }
  if (!own.signal.aborted && toRank.delete(caseId)) await rankAgain(caseId);
}

/** Wait for no answer to what was asked in the case. */
export function takeBack(caseId: string): void {
  asking.get(caseId)?.abort();
  asking.delete(caseId);
  toRank.delete(caseId);
}

/** Ask the last question once more, since somebody said yes or no: the hits change places, and nothing else changes. */
export async function rankAgain(caseId: string): Promise<void> {
  const { answer: known, searching } = useSearchStore.getState().searches.get(caseId) ?? EMPTY_SEARCH;
  if (searching) toRank.add(caseId);
  if (known === null || searching) return;
  const { query } = known;
  asking.get(caseId)?.abort();
  const own = new AbortController();
  asking.set(caseId, own);
  try {
    const answer = await hub.search(caseId, query, own.signal);
    if (!own.signal.aborted) changeSearch(caseId, { answer, failure: null });
  } catch (error) {
    if (!own.signal.aborted) changeSearch(caseId, { failure: error });
  }
}
