// Y and N say of the hit that is looked at that it is the person, or is not; after a no the next one is looked at.
import { useEffect } from "react";

import { say } from "../path/store";
import { isField } from "../talk/fields";
import type { ShownHit } from "./hits";
import { chooseSighting, useSearchStore } from "./store";

const VERDICTS = { KeyY: "confirmed", KeyN: "rejected" } as const;

interface Word {
  sightingId: string;
  verdict: "confirmed" | "rejected";
  /** What is looked at then. */
  nextId: string | null;
}

/** What a key says, by its place on the keyboard: whatever is typed with, Chinese or Latin. Null: nothing. */
export function wordOf(code: string, listed: readonly ShownHit[], chosenId: string | null): Word | null {
  const verdict = VERDICTS[code as keyof typeof VERDICTS] as Word["verdict"] | undefined;
  const at = listed.findIndex(({ hit }) => hit.sighting.sighting_id === chosenId);
  if (verdict === undefined || chosenId === null || at < 0) return null;
  const next = verdict === "confirmed" ? listed[at] : (listed[at + 1] ?? listed[at - 1]);
  return { sightingId: chosenId, verdict, nextId: next?.hit.sighting.sighting_id ?? null };
}

export function useHitKeys(caseId: string, listed: readonly ShownHit[]): void {
  useEffect(() => {
    const down = (event: KeyboardEvent): void => {
      const isElsewhere = isField(event.target) || (event.target instanceof Element && event.target.closest(".ant-modal") !== null);
      if (event.repeat || event.ctrlKey || event.altKey || event.metaKey || isElsewhere) return;
      const word = wordOf(event.code, listed, useSearchStore.getState().chosenSightingId);
      if (word === null) return;
      event.preventDefault();
      chooseSighting(word.nextId);
      void say(caseId, word.sightingId, word.verdict);
    };
    addEventListener("keydown", down);
    return () => removeEventListener("keydown", down);
  }, [caseId, listed]);
}
