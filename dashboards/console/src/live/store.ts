// The wall as this person left it: whether it is open, what stands where, which tile is large, which tour runs.
import { create } from "zustand";

import { recall, remember } from "../browser/memory";
import { useStore } from "../room/store";
import { useSession } from "../session/store";
import { begin, type Run, type Tour } from "./tour";
import { bring, EMPTY, putAt, readWall, swap, type Layout, type Wall } from "./wall";

/** The console's address with this opens on the wall, so that it can have a window, and a screen, of its own. */
const OPEN = "#live";

interface WallStore {
  isOpen: boolean;
  /** Whose wall is loaded. */
  personId: string | null;
  wall: Wall;
  /** The camera that is shown alone and large. */
  enlarged: string | null;
  /** The place that the next camera goes to, or that is swapped with the next that is clicked. */
  chosen: number | null;
  run: Run | null;
  /** Vision's looks are shown over a camera that is shown alone. */
  isAnalysed: boolean;
}

export const useWall = create<WallStore>(() => ({
  isOpen: location.hash === OPEN,
  personId: null,
  wall: EMPTY,
  enlarged: null,
  chosen: null,
  run: null,
  isAnalysed: false,
}));

const keptAs = (personId: string): string => `qianshao.live.${personId}`;
const isKnown = (cameraId: string): boolean => useStore.getState().room?.cameras.has(cameraId) === true;

/** Load this person's wall, once the room is there. */
export function loadWall(): void {
  const personId = useSession.getState().person?.person_id;
  if (personId === undefined || useWall.getState().personId === personId) return;
  useWall.setState({ personId, wall: readWall(recall(keptAs(personId)), isKnown), enlarged: null, chosen: null, run: null });
}

export function openWall(isOpen: boolean): void {
  history.replaceState(null, "", isOpen ? OPEN : location.pathname);
  useWall.setState({ isOpen, enlarged: null, chosen: null, run: null, isAnalysed: false });
}

/** Open the wall with this camera in sight. */
export function watchLive(cameraId: string): void {
  loadWall();
  openWall(true);
  arrange((wall) => bring(wall, cameraId));
}

/** Change the wall, and keep it in this browser. */
export function arrange(change: (wall: Wall) => Wall): void {
  const { wall, personId } = useWall.getState();
  const changed = change(wall);
  useWall.setState({ wall: changed, chosen: null });
  if (personId !== null) remember(keptAs(personId), JSON.stringify(changed));
}

export function layOut(layout: Layout): void {
  useWall.setState({ enlarged: null, run: null, isAnalysed: false });
  arrange((wall) => ({ ...wall, layout }));
}

/** A camera of the list was clicked: in place of the one that is analysed, to the place that is chosen, else into sight. */
export function placeCamera(cameraId: string): void {
  const { chosen, wall, enlarged, isAnalysed } = useWall.getState();
  if (isAnalysed && enlarged !== null) {
    useWall.setState({ enlarged: cameraId });
    return;
  }
  useWall.setState({ enlarged: null, run: null });
  const place = isAnalysed && wall.layout === 1 ? 0 : chosen;
  arrange((now) => (place === null ? bring(now, cameraId) : putAt(now, place, cameraId)));
}

/** A place was clicked: it is chosen, or swapped with the one that was. */
export function choosePlace(place: number): void {
  const { chosen } = useWall.getState();
  if (chosen === null || chosen === place) useWall.setState({ chosen: chosen === place ? null : place });
  else arrange((wall) => swap(wall, chosen, place));
}

export function enlarge(cameraId: string | null): void {
  useWall.setState({ enlarged: cameraId, chosen: null, isAnalysed: false });
}

export function showAnalysis(isAnalysed: boolean): void {
  useWall.setState({ isAnalysed });
}

/** False where the room knows none of its cameras. */
export function startTour(tour: Tour): boolean {
  const run = begin(tour, isKnown, Date.now());
  useWall.setState({ run, enlarged: null, chosen: null, isAnalysed: false });
  return run !== null;
}

export function changeRun(change: (run: Run) => Run | null): void {
  const { run } = useWall.getState();
  if (run !== null) useWall.setState({ run: change(run) });
}
