// Keys that come under a thumb or pointer which is on its way to another key take no press at first.
import { useEffect, useState } from "react";

/** A second tap of a double one, or a press that was meant for what stood there before, is over by then. */
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
