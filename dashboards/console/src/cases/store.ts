// Which case the dispatcher works on: the chosen one while it is open, else the newest open one.
import { create } from "zustand";

import { useRoom } from "../room/store";
import type { Case } from "../room/types";

interface CaseDesk {
  chosenId: string | null;
  /** True while the form for another case is on the screen. */
  opening: boolean;
}

export const useCaseDesk = create<CaseDesk>(() => ({ chosenId: null, opening: false }));

export function openCases(cases: Iterable<Case>): Case[] {
  return [...cases].filter((one) => one.state === "open").sort((a, b) => b.opened_at_ms - a.opened_at_ms);
}

export function useOpenCase(): Case | null {
  const chosenId = useCaseDesk((desk) => desk.chosenId);
  return useRoom((room) => {
    const chosen = chosenId === null ? undefined : room.cases.get(chosenId);
    return chosen?.state === "open" ? chosen : (openCases(room.cases.values())[0] ?? null);
  }, null);
}
