// The hits of the case at work, for list, timeline and map alike.
import { useMemo } from "react";

import { useOpenCase } from "../cases/store";
import type { WatchHit } from "../room/room";
import { useRoom } from "../room/store";
import { shownHits, type ShownHit } from "./hits";
import { useSearch } from "./store";

const NO_WATCH_HITS: readonly WatchHit[] = [];

export function useHits(): ShownHit[] {
  const caseId = useOpenCase()?.case_id ?? null;
  const { answer, answeredAt } = useSearch(caseId);
  const watchHits = useRoom((room) => room.watchHits, NO_WATCH_HITS);
  return useMemo(
    () => (caseId === null ? [] : shownHits(caseId, answer, answeredAt, watchHits)),
    [caseId, answer, answeredAt, watchHits],
  );
}
