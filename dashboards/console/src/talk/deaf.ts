// Which radios do not hear what is said in the group that one speaks to, for the map to show.
import { useEffect, useMemo, useState } from "react";

import { useHeardHere } from "./heardHere";
import { useTalk } from "./store";

const NOBODY: ReadonlySet<string> = new Set();
/** So long after a burst it is still of use to see who missed it. */
const SHOWN_AFTER_MS = 30_000;

/** The radios that do not hear the burst under way, or missed the last one within half a minute. */
export function useDeafRadios(): ReadonlySet<string> {
  const { heard } = useHeardHere(useTalk((talk) => talk.groupId));
  const [fadedId, setFadedId] = useState<number | null>(null);
  const endedId = heard?.ended === true ? heard.burstId : null;
  useEffect(() => {
    if (endedId === null) return undefined;
    const timer = setTimeout(() => setFadedId(endedId), SHOWN_AFTER_MS);
    return () => clearTimeout(timer);
  }, [endedId]);
  return useMemo(
    () => (heard === null || heard.burstId === fadedId ? NOBODY : new Set(heard.missed.map((one) => one.radioId))),
    [heard, fadedId],
  );
}
