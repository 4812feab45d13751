// Steps a running tour on, several times a second.
import { useEffect } from "react";

import { useLive } from "./engine";
import { SILENT_MS } from "./condition";
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
      changeRun((run) => advance(run, now, (cameraId) => now - (views.get(cameraId)?.cameAtMs ?? 0) < SILENT_MS));
    }, STEP_EVERY_MS);
    return () => clearInterval(timer);
  }, [isRunning]);
}
