// The venues chosen on the map to speak to or to alert together, and the tool that chooses them.
import { create } from "zustand";

import { useSession } from "../session/store";
import { chooseOnMap } from "./store";

export type Shape = "rectangle" | "lasso";

interface Selection {
  /** What dragging draws; null: it moves the map. */
  tool: Shape | null;
  venueIds: ReadonlySet<string>;
}

const NOTHING: Selection = { tool: null, venueIds: new Set() };

export const useSelection = create<Selection>(() => NOTHING);

/** Whoever can do something with a selection makes one; what the room shows them lies in their own places. */
export function useMaySelect(): boolean {
  return useSession((session) => maySelect(session.rights));
}

const maySelect = (rights: readonly string[]): boolean => rights.includes("call") || rights.includes("issue_alert");

export const isSelecting = ({ tool, venueIds }: Selection): boolean => tool !== null || venueIds.size > 0;

/** Take up a tool, or put it down again where it is in hand. */
export function takeTool(shape: Shape): void {
  useSelection.setState(({ tool }) => ({ tool: tool === shape ? null : shape }));
  chooseOnMap(null);
}

/** What the next drag on the map draws, with the shift key down or not; null: it moves the map. */
export function shapeOf(withShift: boolean): Shape | null {
  if (!maySelect(useSession.getState().rights)) return null;
  return useSelection.getState().tool ?? (withShift ? "rectangle" : null);
}

export function addVenues(venueIds: readonly string[]): void {
  if (venueIds.length === 0) return;
  useSelection.setState((selection) => ({ venueIds: new Set([...selection.venueIds, ...venueIds]) }));
  chooseOnMap(null);
}

export function toggleVenue(venueId: string): void {
  useSelection.setState((selection) => {
    const venueIds = new Set(selection.venueIds);
    if (!venueIds.delete(venueId)) venueIds.add(venueId);
    return { venueIds };
  });
}

/** Choose nothing any more, and put the tool down. */
export function clearSelection(): void {
  useSelection.setState(NOTHING);
}

/** A venue was clicked: while venues are being chosen it goes in or out, otherwise it is looked at. */
export function clickVenue(venueId: string, withShift: boolean): void {
  if (isSelecting(useSelection.getState()) || shapeOf(withShift) !== null) {
    chooseOnMap(null);
    toggleVenue(venueId);
  } else {
    chooseOnMap({ kind: "venue", id: venueId });
  }
}
