// What the page and the worker that decodes say to one another.
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
  | { say: "watch"; views: readonly Watched[] };

/** How a canvas stands. */
export interface ViewState extends PlayerState {
  /** The hub codes it anew for this browser. */
  isTranscoded: boolean;
}

/** `refused`: the session ended, or its rights changed. */
export type LiveLineState = "connecting" | "open" | "lost" | "refused";

export type FromWorker = { say: "line"; line: LiveLineState } | { say: "views"; views: readonly [number, ViewState][] };
