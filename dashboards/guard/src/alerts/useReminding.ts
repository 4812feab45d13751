// An alert that nobody has acknowledged here is felt and heard again, for who has a phone alone.
import { useEffect } from "react";

import type { AlertRecord } from "../../../console/src/room/room";
import { useMay } from "../../../console/src/session/store";
import { playTone } from "../../../console/src/talk/audio";
import { useTalk } from "../../../console/src/talk/store";
import { waitsForKey } from "../answers/standing";
import { useAnswers } from "../answers/store";
import { useWhere } from "../answers/where";
import { vibrate } from "../talk/signals";

const EVERY_MS = 8_000;
/** Two minutes; by then the police room goes after it. */
const MOST = 15;

/** Remind of this alert while it waits for this phone's key; never into one's own words, and heard only while nobody speaks. */
export function useReminding(alert: AlertRecord | undefined, speaks: boolean): void {
  const answers = useMay("answer_alert");
  const kept = useAnswers((store) => store.kept);
  const where = useWhere(alert?.alert_id);
  const waits = answers && alert !== undefined && waitsForKey(alert, where, kept);
  const alertId = waits && !speaks ? alert.alert_id : null;
  useEffect(() => {
    if (alertId === null) return undefined;
    let left = MOST;
    const timer = setInterval(() => {
      if (left === 0) return clearInterval(timer);
      left -= 1;
      vibrate("waiting");
      if (useTalk.getState().talkers.size === 0) playTone("found");
    }, EVERY_MS);
    return () => clearInterval(timer);
  }, [alertId]);
}
