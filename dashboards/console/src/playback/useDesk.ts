// The desk of one opened playback, ticking with the screen, and its state for the page.
import { useEffect, useState } from "react";

import { Desk, type DeskState } from "./desk";

export interface UsedDesk {
  desk: Desk;
  state: DeskState;
}

/** The state is drawn this often; pictures are drawn by the players themselves. */
const DRAW_EVERY_MS = 100;

export function useDesk(place: { atMs: number }): UsedDesk {
  const [desk] = useState(() => new Desk(place.atMs, () => performance.now(), () => undefined));
  const [state, setState] = useState(desk.state);
  useEffect(() => desk.seek(place.atMs), [desk, place]);
  useEffect(() => {
    let drawnAtMs = 0;
    let frame = 0;
    let drawn: DeskState | null = null;
    const tick = (): void => {
      desk.tick();
      const now = performance.now();
      const turned = drawn === null || drawn.isPlaying !== desk.state.isPlaying || drawn.isWaiting !== desk.state.isWaiting || !drawn.isPlaying;
      if (drawn !== desk.state && (turned || now - drawnAtMs >= DRAW_EVERY_MS)) {
        drawn = desk.state;
        drawnAtMs = now;
        setState(drawn);
      }
      frame = requestAnimationFrame(tick);
    };
    frame = requestAnimationFrame(tick);
    return () => cancelAnimationFrame(frame);
  }, [desk]);
  return { desk, state };
}
