// The hub's time, anew every second, for what counts up or down on the screen.
import { useEffect, useState } from "react";

import { hubNowMs } from "../room/store";

export const useSecond = (): number => useTick(1000);

/** The hub's time, anew every so many milliseconds; null: as it was first. */
export function useTick(everyMs: number | null): number {
  const [now, setNow] = useState(hubNowMs);
  useEffect(() => {
    if (everyMs === null) return undefined;
    const timer = setInterval(() => setNow(hubNowMs()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}
