// Steps a running tour on, several times a second.
import { useEffect } from "react";

import { hubNowMs } from "../room/store";
import { useLive } from "./engine";
import { isLive } from "./condition";
import { changeRun, useWall } from "./store";
import { advance } from "./tour";

const STEP_EVERY_MS = 250;

export function useTour(): void {
  const isRunning = useWall((store) => store.run !== null);
  useEffect(() => {
    if (!isRunning) return undefined;
    const timer = setInterval(() => {
      const now = Date.now();
      const { views } = useLive.getState();
      const hubNow = hubNowMs();
      changeRun((run) => advance(run, now, (cameraId) => isLive(views.get(cameraId), now, hubNow)));
    }, STEP_EVERY_MS);
    return () => clearInterval(timer);
  }, [isRunning]);
}
