// The worker that receives, decodes and draws all tiles, so that the page, where the microphone is, does none of it.
import { Analysed } from "../analysis/analysed";
import { readLook } from "../analysis/look";
import { Player } from "../player/player";
import { readRecord } from "../player/records";
import { Asking } from "./asking";
import { LiveLine } from "./line";
import type { FromWorker, ToWorker, ViewState } from "./protocol";

/** How each canvas stands is told so often, where it changed. */
const TELL_EVERY_MS = 250;
/** Streams that turn out to need another coding are asked for together: the hub notes, and counts, each asking. */
const ASK_WITHIN_MS = 50;

const players = new Map<number, Player>();
const changed = new Set<number>();
const asking = new Asking();
let line: LiveLine | undefined;
/** The canvas whose camera's looks are shown. */
let analysed: { viewId: number; over: Analysed } | undefined;

const tell = (message: FromWorker): void => postMessage(message);
let soon: ReturnType<typeof setTimeout> | undefined;

function ask(): void {
  clearTimeout(soon);
  soon = setTimeout(() => line?.watch(asking.tiles, analysed === undefined ? null : asking.tileOf(analysed.viewId)), ASK_WITHIN_MS);
}

function hear(message: Uint8Array<ArrayBuffer>): void {
  const viewId = asking.viewOf(message[0] ?? -1);
  if (viewId === null) return;
  const record = readRecord(message.subarray(1));
  if (analysed?.viewId === viewId) analysed.over.take(record);
  else players.get(viewId)?.feed(record);
}

function hearLook(said: string): void {
  const heard = readLook(said);
  if (heard !== null && analysed !== undefined && asking.viewOf(heard.tile) === analysed.viewId) analysed.over.hear(heard.look);
}

function analyse(viewId: number, canvas: OffscreenCanvas): void {
  analyseNothing();
  const player = players.get(viewId);
  if (player === undefined) return;
  const over = new Analysed(canvas, (record) => player.feed(record));
  player.isShown = (wallUs) => over.isShown(wallUs);
  analysed = { viewId, over };
  ask();
}

function analyseNothing(): void {
  const before = analysed;
  if (before === undefined) return;
  analysed = undefined;
  const player = players.get(before.viewId);
  if (player !== undefined) player.isShown = null;
  before.over.close();
  ask();
}

function note(viewId: number, player: Player): void {
  changed.add(viewId);
  const { isDecoded, form, atMs } = player.state;
  if (isDecoded === false && form !== null && asking.transcode(viewId)) {
    reset(viewId);
    ask();
  } else if (analysed?.viewId === viewId && atMs !== null) {
    analysed.over.showFor(Math.round(atMs * 1000), { width: player.widthPx, height: player.heightPx });
  }
}

/** The stream on this canvas is another. */
function reset(viewId: number): void {
  if (analysed?.viewId === viewId) analysed.over.reset();
  players.get(viewId)?.reset();
}

function show(viewId: number, canvas: OffscreenCanvas): void {
  const player: Player = new Player(canvas, () => note(viewId, player));
  players.set(viewId, player);
}

function forget(viewId: number): void {
  players.get(viewId)?.close();
  players.delete(viewId);
}

function tellChanged(): void {
  if (analysed !== undefined) tell({ say: "analysis", analysis: analysed.over.state });
  if (changed.size === 0) return;
  const views: [number, ViewState][] = [];
  for (const viewId of changed) {
    const player = players.get(viewId);
    if (player !== undefined) views.push([viewId, { ...player.state, isTranscoded: asking.isTranscoded(viewId) }]);
  }
  changed.clear();
  tell({ say: "views", views });
}

addEventListener("message", ({ data }: MessageEvent<ToWorker>) => {
  switch (data.say) {
    case "open":
      line = new LiveLine({ address: data.address, onState: (state) => tell({ say: "line", line: state }), onMessage: hear, onLook: hearLook });
      setInterval(tellChanged, TELL_EVERY_MS);
      break;
    case "show":
      show(data.viewId, data.canvas);
      break;
    case "forget":
      forget(data.viewId);
      break;
    case "watch":
      for (const viewId of asking.watch(data.views)) reset(viewId);
      ask();
      break;
    case "analyse":
      analyse(data.viewId, data.canvas);
      break;
    case "resize":
      analysed?.over.resize(data, data.scale);
      break;
    case "analyseNothing":
      analyseNothing();
  }
});
