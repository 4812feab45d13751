// Pointing at a place on the map: the next click there is where the person of the case was last.
import { create } from "zustand";

import { clearSelection } from "../map/selection";
import type { Place } from "./near";
import { changeSearch, EMPTY_SEARCH, useSearchStore } from "./store";

/** Where somebody points at a place before saying how far around it. */
const USUAL_WALK_M = 300;

/** The case for which a place is to be clicked on the map; null: clicks mean something else. */
export const usePointing = create<{ caseId: string | null }>(() => ({ caseId: null }));

export function startPointing(caseId: string): void {
  clearSelection();
  usePointing.setState({ caseId });
}

export function stopPointing(): void {
  usePointing.setState({ caseId: null });
}

/** False: nobody asked for a place, and the click means something else. */
export function pointAt(place: Place): boolean {
  const { caseId } = usePointing.getState();
  if (caseId === null) return false;
  const { form } = useSearchStore.getState().searches.get(caseId) ?? EMPTY_SEARCH;
  const walk = form.walk ?? (form.sinceMs === null ? USUAL_WALK_M : "reach");
  changeSearch(caseId, { form: { ...form, place, walk } });
  stopPointing();
  return true;
}
