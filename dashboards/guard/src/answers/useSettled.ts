// Keys that come under a thumb which is on its way to another key take no press at first.
import { useEffect, useState } from "react";

/** A second tap of a double one, or a thumb that was about to talk, is over by then. */
const SETTLES_MS = 500;

/** Whether what `shown` names has been on the screen for a moment. */
export function useSettled(shown: string): boolean {
  const [settled, setSettled] = useState<string | null>(null);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(shown), SETTLES_MS);
    return () => clearTimeout(timer);
  }, [shown]);
  return settled === shown;
}
