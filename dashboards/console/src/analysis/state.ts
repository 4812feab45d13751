// How the looks over a picture stand, as the worker that draws them tells the page.
import type { Figures } from "./look";

export interface AnalysisState {
  /** Of the look that is drawn; null where none is. */
  shown: { isSettled: boolean; isLooked: boolean; moving: number; detections: number; doubtful: number; tracks: number } | null;
  figures: Figures | null;
  /** By so much pictures are held back, so that each is shown with the look at it. */
  delayMs: number;
  /** By this machine's clock, when a look came last. */
  cameAtMs: number | null;
  /** The looks of too many cameras are watched already. */
  isRefused: boolean;
  /** Boxes of detections and tracks that are drawn, and of which picture they are. */
  boxes: number;
  drawnAtUs: number | null;
}
