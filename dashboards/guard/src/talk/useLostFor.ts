// How long the line has been lost, so that a guard knows whether to walk to where the network is.
import { useEffect, useState } from "react";

/** Whole seconds since `isLost` became true; 0 while it is not. */
export function useLostFor(isLost: boolean): number {
  const [seconds, setSeconds] = useState(0);
  useEffect(() => {
    if (!isLost) return;
    const sinceMs = performance.now();
    const timer = setInterval(() => setSeconds(Math.floor((performance.now() - sinceMs) / 1000)), 500);
    return () => {
      clearInterval(timer);
      setSeconds(0);
    };
  }, [isLost]);
  return seconds;
}
