// The two ways in which the police room ends it: the alert is cancelled, or somebody says what it was.
import { useState } from "react";

import { hub } from "../room/hub";
import type { AlertRecord } from "../room/room";
import { foundHub, type Found, type Verdict } from "./hub";

export function useEnding(found: Found, running: AlertRecord | null) {
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);

  async function end(work: () => Promise<unknown>): Promise<void> {
    setBusy(true);
    setFailure(null);
    try {
      await work();
    } catch (error) {
      setFailure(error);
    }
    setBusy(false);
  }

  return {
    busy,
    failure,
    /** With words to the guards; the hub then closes what was said on it, or on one that it took the place of. */
    cancel: (text: string) => end(() => (running === null ? Promise.resolve() : hub.cancelAlert(running.alert_id, text))),
    close: (verdict: Verdict) => end(() => foundHub.close(found.found_id, verdict, "")),
  };
}
