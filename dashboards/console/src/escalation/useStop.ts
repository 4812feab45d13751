// Ends the escalation of an alert's radios by a person's word: whether it is under way, and why it failed.
import { useState } from "react";

import { escalationHub } from "./hub";

export interface Stopping {
  isStopping: boolean;
  /** Why the last was not done; null when it was. */
  failure: unknown;
  stop: (radioIds: string[]) => Promise<void>;
}

export function useStop(alertId: string): Stopping {
  const [isStopping, setStopping] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);

  async function stop(radioIds: string[]): Promise<void> {
    if (isStopping) return;
    setStopping(true);
    setFailure(null);
    try {
      await escalationHub.stop(alertId, radioIds);
    } catch (error) {
      setFailure(error);
    } finally {
      setStopping(false);
    }
  }

  return { isStopping, failure, stop };
}
