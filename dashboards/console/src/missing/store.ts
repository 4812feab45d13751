// Whether the key's panel is open, and for which procedure: a new one, or one of which more has become known.
import { create } from "zustand";

import { useRoom } from "../room/store";
import { useOpenCase } from "../cases/store";
import type { MissingChild } from "./types";

const NONE: ReadonlyMap<string, MissingChild> = new Map();

/** `telling`: null: closed; "new": the key was pressed; else the case of which more is told. */
export const useMissingDesk = create<{ telling: string | null }>(() => ({ telling: null }));

export const tellOf = (telling: string | null): void => useMissingDesk.setState({ telling });

export const useMissingChildren = (): ReadonlyMap<string, MissingChild> => useRoom((room) => room.missingChildren, NONE);

/** The procedure of the case at work; null where it has none. */
export function useShownChild(): MissingChild | null {
  const caseId = useOpenCase()?.case_id ?? "";
  return useMissingChildren().get(caseId) ?? null;
}
