// Which case the dispatcher works on: the chosen one while it is open, else the newest open one.
import { create } from "zustand";

import { useRoom, useStore } from "../room/store";
import type { Room } from "../room/room";
import type { Case } from "../room/types";

interface CaseDesk {
  chosenId: string | null;
  /** True while the form for another case is on the screen. */
  opening: boolean;
}

export const useCaseDesk = create<CaseDesk>(() => ({ chosenId: null, opening: false }));

export function openCases(cases: Iterable<Case>): Case[] {
  return [...cases].filter((one) => one.standing.stage !== "closed").sort((a, b) => b.opened_at_ms - a.opened_at_ms);
}

export function useOpenCase(): Case | null {
  const chosenId = useCaseDesk((desk) => desk.chosenId);
  return useRoom((room) => {
    const chosen = chosenId === null ? undefined : room.cases.get(chosenId);
    return chosen !== undefined && chosen.standing.stage !== "closed" ? chosen : (openCases(room.cases.values())[0] ?? null);
  }, null);
}

/** Show a case that was just opened, once the hub's line has brought it: until then the former case would stand there, and take what is typed. */
export function showOpened(caseId: string): Promise<void> {
  return new Promise((resolve) => {
    const has = (room: Room | null): boolean => room?.cases.has(caseId) ?? false;
    const show = (): void => {
      useCaseDesk.setState({ chosenId: caseId, opening: false });
      resolve();
    };
    if (has(useStore.getState().room)) {
      show();
      return;
    }
    const leave = useStore.subscribe((store) => {
      if (!has(store.room)) return;
      leave();
      show();
    });
  });
}
