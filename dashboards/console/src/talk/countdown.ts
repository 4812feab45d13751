// Seconds until a moment, for whoever watches them run down.
import { useEffect, useState } from "react";

/** Whole seconds until `atMs` by `performance.now()`, rounded up, 0 once it is past; null without a moment. */
export function useSecondsUntil(atMs: number | null): number | null {
  const [now, setNow] = useState(() => performance.now());
  useEffect(() => {
    if (atMs === null) return;
    const look = (): void => setNow(performance.now());
    look();
    const timer = setInterval(look, 250);
    return () => clearInterval(timer);
  }, [atMs]);
  return atMs === null ? null : Math.max(0, Math.ceil((atMs - now) / 1000));
}
