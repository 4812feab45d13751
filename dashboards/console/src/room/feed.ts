// Follows /ws/events: loads the picture, joins items into one change per frame, reconnects, reloads a stale picture.
import type { Batch, Item } from "./items";
import { LINE_REFUSED } from "../session/store";
import { hadNoAnswer } from "./ask";
import type { RoomPicture } from "./types";

export type LineState = "connecting" | "open" | "lost";

/** Nothing heard for this long means that the line is dead: the hub says something at least every 5 s. */
const SILENCE_MS = 12_000;
const RETRY_MS = [300, 600, 1200, 2500, 5000];
/** Close code of docs/api.md: what follows our number is no longer kept. */
const TOO_FAR_BACK = 4010;
/** What browsers say of a line that ended without a word (RFC 6455, 7.1.5). */
const WITHOUT_A_WORD = 1006;
/** Close code of docs/api.md: this session has too many lines, or said too much; coming back at once would not help. */
export const TOO_MANY = 4429;
export const TOO_MANY_RETRY_MS = 30_000;

export interface FeedParts {
  loadPicture: () => Promise<RoomPicture>;
  connect: (since: number) => WebSocket;
  /** Takes a new picture; what the room held before is replaced. */
  onPicture: (picture: RoomPicture) => void;
  /** Applies the items; answers the last number applied and whether the picture must be loaded again. */
  onItems: (items: readonly Item[]) => { number: number; stale: boolean };
  /** `isCut` where the line was lost without a word of the hub, so that the network may be gone, and all lines with it. */
  onLine: (state: LineState, isCut: boolean) => void;
  /** The hub closed the line because of who follows it: following ends with it. */
  onRefused: () => void;
  /** Runs the function before the screen is next drawn. */
  beforeNextFrame: (flush: () => void) => void;
}

/** Start following; the returned function ends it. */
export function followFeed(parts: FeedParts): () => void {
  let socket: WebSocket | undefined;
  let number: number | undefined;
  let waiting: Item[] = [];
  let flushing = false;
  let tries = 0;
  let isCut = false;
  let ended = false;
  let silence: ReturnType<typeof setTimeout> | undefined;
  let retry: ReturnType<typeof setTimeout> | undefined;

  function open(): void {
    if (ended) return;
    parts.onLine(tries === 0 ? "connecting" : "lost", isCut);
    if (number !== undefined) {
      listen(number);
      return;
    }
    parts.loadPicture().then(
      (picture) => {
        if (ended) return;
        parts.onPicture(picture);
        number = picture.number;
        listen(picture.number);
      },
      (error: unknown) => again(hadNoAnswer(error)),
    );
  }

  function listen(since: number): void {
    const line = parts.connect(since);
    socket = line;
    watchSilence();
    line.onopen = () => {
      tries = 0;
      isCut = false;
      parts.onLine("open", isCut);
    };
    line.onmessage = (message) => {
      if (line !== socket) return;
      watchSilence();
      const batch = JSON.parse(String(message.data)) as Batch;
      if (number !== undefined && batch.now < number) {
        // The hub's log is younger than what we know: another log began, so our picture is void.
        number = undefined;
        drop(false);
        return;
      }
      waiting.push(...batch.items);
      if (waiting.length > 0) flushSoon();
    };
    line.onclose = (event) => {
      if (line !== socket) return;
      if (event.code === LINE_REFUSED) {
        end();
        parts.onRefused();
        return;
      }
      if (event.code === TOO_FAR_BACK) number = undefined;
      again(event.code === WITHOUT_A_WORD, event.code === TOO_MANY ? TOO_MANY_RETRY_MS : undefined);
    };
  }

  function watchSilence(): void {
    clearTimeout(silence);
    silence = setTimeout(() => drop(true), SILENCE_MS);
  }

  function drop(cut: boolean): void {
    const line = socket;
    socket = undefined;
    line?.close();
    again(cut);
  }

  /** Load the picture anew after a short pause, in which the rest of an import comes in; the line is not lost. */
  function reload(): void {
    const line = socket;
    socket = undefined;
    number = undefined;
    line?.close();
    rest();
    retry = setTimeout(open, RETRY_MS[0]);
  }

  function rest(): void {
    clearTimeout(silence);
    clearTimeout(retry);
    waiting = [];
  }

  function again(cut: boolean, afterMs = RETRY_MS[Math.min(tries, RETRY_MS.length - 1)]): void {
    if (ended) return;
    rest();
    isCut = cut;
    parts.onLine("lost", isCut);
    retry = setTimeout(open, afterMs);
    tries += 1;
  }

  function flushSoon(): void {
    if (flushing) return;
    flushing = true;
    parts.beforeNextFrame(flush);
  }

  function flush(): void {
    flushing = false;
    if (ended || waiting.length === 0) return;
    const items = waiting;
    waiting = [];
    const done = parts.onItems(items);
    if (done.stale) {
      reload();
    } else {
      number = done.number;
    }
  }

  function end(): void {
    ended = true;
    rest();
    parts.onLine("connecting", false);
    socket?.close();
  }

  open();
  return end;
}
