// The worker that receives, decodes and draws all tiles, so that the page, where the microphone is, does none of it.
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

const tell = (message: FromWorker): void => postMessage(message);
let soon: ReturnType<typeof setTimeout> | undefined;

function ask(): void {
  clearTimeout(soon);
  soon = setTimeout(() => line?.watch(asking.tiles), ASK_WITHIN_MS);
}

function hear(message: Uint8Array<ArrayBuffer>): void {
  const viewId = asking.viewOf(message[0] ?? -1);
  if (viewId === null) return;
  players.get(viewId)?.feed(readRecord(message.subarray(1)));
}

function note(viewId: number, player: Player): void {
  changed.add(viewId);
  const { isDecoded, form } = player.state;
  if (isDecoded === false && form !== null && asking.transcode(viewId)) {
    player.reset();
    ask();
  }
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
      line = new LiveLine({ address: data.address, onState: (state) => tell({ say: "line", line: state }), onMessage: hear });
      setInterval(tellChanged, TELL_EVERY_MS);
      break;
    case "show":
      show(data.viewId, data.canvas);
      break;
    case "forget":
      forget(data.viewId);
      break;
    case "watch":
      for (const viewId of asking.watch(data.views)) players.get(viewId)?.reset();
      ask();
  }
});
