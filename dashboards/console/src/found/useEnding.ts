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
    /** With words to the guards. Of an alert that took the place of the one answered, the word itself is closed too. */
    cancel: (text: string) =>
      end(async () => {
        if (running === null) return;
        await hub.cancelAlert(running.alert_id, text);
        if (running.alert_id !== found.alert_id) await foundHub.close(found.found_id, "the_child", "");
      }),
    close: (verdict: Verdict) => end(() => foundHub.close(found.found_id, verdict, "")),
  };
}
