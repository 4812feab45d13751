// What the page and the worker that decodes say to one another.
import type { AnalysisState } from "../analysis/state";
import type { PlayerState } from "../player/player";
import type { StreamName } from "../player/records";

/** One canvas and what it shows. */
export interface Watched {
  viewId: number;
  cameraId: string;
  stream: StreamName;
}

export type ToWorker =
  | { say: "open"; address: string }
  | { say: "show"; viewId: number; canvas: OffscreenCanvas }
  | { say: "forget"; viewId: number }
  | { say: "watch"; views: readonly Watched[] }
  /** Show the looks at this canvas's camera on another one over it; of one canvas at a time. */
  | { say: "analyse"; viewId: number; canvas: OffscreenCanvas }
  /** The canvas of looks has so many pixels of the screen, `scale` of which are one of the page. */
  | { say: "resize"; width: number; height: number; scale: number }
  | { say: "analyseNothing" };

/** How a canvas stands. */
export interface ViewState extends PlayerState {
  /** The hub codes it anew for this browser. */
  isTranscoded: boolean;
}

/** `refused`: the session ended, or its rights changed. */
export type LiveLineState = "connecting" | "open" | "lost" | "refused";

export type FromWorker =
  | { say: "line"; line: LiveLineState }
  | { say: "views"; views: readonly [number, ViewState][] }
  | { say: "analysis"; analysis: AnalysisState };
