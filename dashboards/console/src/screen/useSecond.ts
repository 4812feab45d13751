// The hub's time, anew every second, for what counts up or down on the screen.
import { useEffect, useState } from "react";

import { hubNowMs } from "../room/store";

export function useSecond(): number {
  const [now, setNow] = useState(hubNowMs);
  useEffect(() => {
    const timer = setInterval(() => setNow(hubNowMs()), 1000);
    return () => clearInterval(timer);
  }, []);
  return now;
}
