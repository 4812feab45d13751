// The page's end of the worker that decodes: canvases handed over, what is watched, how each stands.
import { create } from "zustand";

import type { Size } from "../analysis/geometry";
import type { AnalysisState } from "../analysis/state";
import type { StreamName } from "../player/records";
import { socketAddress } from "../room/store";
import { lineRefused } from "../session/store";
import type { FromWorker, LiveLineState, ToWorker, ViewState, Watched } from "./protocol";

interface LiveStore {
  isOpen: boolean;
  line: LiveLineState;
  /** By the camera that a canvas shows. */
  views: ReadonlyMap<string, ViewState>;
  /** Of the camera whose looks are shown; null while none are. */
  analysis: AnalysisState | null;
}

const CLOSED: LiveStore = { isOpen: false, line: "connecting", views: new Map(), analysis: null };

export const useLive = create<LiveStore>(() => CLOSED);

/** Why this browser shows no live pictures: over plain HTTP none decodes any, and old ones never do. */
export type Incapable = "insecure" | "old" | null;

export function incapable(): Incapable {
  if (!isSecureContext) return "insecure";
  return "VideoDecoder" in window && "transferControlToOffscreen" in HTMLCanvasElement.prototype ? null : "old";
}

let worker: Worker | undefined;
let lastViewId = 0;
let isSaying = false;
let isAnalysing = false;
/** By the canvas's number. */
const watched = new Map<number, Watched>();
const say = (message: ToWorker, handedOver: Transferable[] = []): void => worker?.postMessage(message, handedOver);

/** Connect, and decode what `showOn` hands over, until the returned function is called. */
export function openLive(): () => void {
  const opened = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
  worker = opened;
  opened.onmessage = ({ data }: MessageEvent<FromWorker>) => hear(data);
  say({ say: "open", address: socketAddress("/ws/live") });
  useLive.setState({ isOpen: true });
  return () => {
    opened.terminate();
    worker = undefined;
    watched.clear();
    useLive.setState(CLOSED);
  };
}

function hear(message: FromWorker): void {
  if (message.say === "line") {
    useLive.setState({ line: message.line });
    if (message.line === "refused") lineRefused();
    return;
  }
  if (message.say === "analysis") {
    if (isAnalysing) useLive.setState({ analysis: message.analysis });
    return;
  }
  const views = new Map(useLive.getState().views);
  for (const [viewId, state] of message.views) {
    const cameraId = watched.get(viewId)?.cameraId;
    if (cameraId !== undefined) views.set(cameraId, state);
  }
  useLive.setState({ views });
}

/** Show a camera's stream on a canvas that nobody has drawn on; the returned function ends that. One canvas a camera. */
export function showOn(canvas: HTMLCanvasElement, cameraId: string, stream: StreamName): () => void {
  lastViewId += 1;
  const viewId = lastViewId;
  const drawnOn = canvas.transferControlToOffscreen();
  say({ say: "show", viewId, canvas: drawnOn }, [drawnOn]);
  watched.set(viewId, { viewId, cameraId, stream });
  sayWatched();
  return () => {
    watched.delete(viewId);
    say({ say: "forget", viewId });
    sayWatched();
    const views = new Map(useLive.getState().views);
    views.delete(cameraId);
    useLive.setState({ views });
  };
}

/**
 * Show vision's looks at a camera that is shown, on a canvas over it that nobody has drawn on; the returned function ends
 * that. One camera at a time.
 */
export function analyse(canvas: HTMLCanvasElement, cameraId: string): () => void {
  const viewId = [...watched.values()].find((one) => one.cameraId === cameraId)?.viewId;
  if (viewId === undefined) return () => undefined;
  const drawnOn = canvas.transferControlToOffscreen();
  say({ say: "analyse", viewId, canvas: drawnOn }, [drawnOn]);
  isAnalysing = true;
  return () => {
    isAnalysing = false;
    say({ say: "analyseNothing" });
    useLive.setState({ analysis: null });
  };
}

/** The canvas of looks has this size on the page. */
export function sizeAnalysis({ width, height }: Size): void {
  const scale = devicePixelRatio;
  say({ say: "resize", width: Math.round(width * scale), height: Math.round(height * scale), scale });
}

/** Have the camera's other stream on the canvas that shows it. */
export function turnTo(cameraId: string, stream: StreamName): void {
  for (const one of watched.values()) {
    if (one.cameraId === cameraId && one.stream !== stream) {
      watched.set(one.viewId, { ...one, stream });
      sayWatched();
    }
  }
}

/** Once for all tiles that come and go in one turn. */
function sayWatched(): void {
  if (isSaying) return;
  isSaying = true;
  queueMicrotask(() => {
    isSaying = false;
    say({ say: "watch", views: [...watched.values()] });
  });
}
