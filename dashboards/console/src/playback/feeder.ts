// Feeds a player of one camera with recorded pictures, some seconds before they are shown, across gaps, until it is closed.
import type { Footage } from "../player/records";
import { RecordReader } from "../player/records";

/** How far before the picture that is shown a player is fed, at ordinary speed. */
const AHEAD_MS = 12_000;
const AHEAD_OF_RATE_MS = 4_000;
/** Footage asked for in one go; the hub gives a minute at most. */
const CHUNK_MS = 10_000;
const MOST_CHUNK_MS = 60_000;
const AGAIN_AFTER_MS = 1_000;
/** What is recorded now can be read this much later. */
const EDGE_MS = 3_000;
/** Words that only say how a stretch ended. */
const QUIET = new Set(["end", "more", "nothing"]);
/** The hub could not make it what this browser plays, for now: the same stretch is asked for again. */
const TRIED_AGAIN = new Set(["transcoders_busy", "transcoder_failed"]);
/** Without the picture up to which a player was fed, a stretch this much later goes on from its next key picture. */
const LOST_AFTER_US = 2_000_000;

export interface Fed {
  feed: (record: Footage) => void;
  readonly fedUntilMs: number | null;
}

export interface FeederParts {
  player: Fed;
  fetch: (fromMs: number, untilMs: number, isTranscoded: boolean, signal: AbortSignal) => Promise<Response>;
  nowMs: () => number;
  onTurn: () => void;
}

/** Why nothing more comes; null: it comes. */
export type Stop = { kind: "gap"; untilMs: number } | { kind: "end" } | { kind: "failed"; zh: string; en: string } | null;

export class Feeder {
  /** Of what is behind the last picture that was fed. */
  stop: Stop = null;
  isTranscoded = false;
  private nextMs: number | null = null;
  private lastUs: number | null = null;
  private request: AbortController | null = null;
  private againAtMs = 0;

  constructor(private readonly parts: FeederParts) {}

  get isAsking(): boolean {
    return this.request !== null;
  }

  /** Begin anew at a time; what comes next begins with the key picture before it. */
  seek(atMs: number): void {
    this.request?.abort();
    this.request = null;
    this.nextMs = atMs;
    this.lastUs = null;
    this.againAtMs = 0;
    this.turn(null);
  }

  /** Ask for more where the player, showing `atMs` at this rate, will need it. */
  work(atMs: number, rate: number): void {
    const { nextMs } = this;
    if (nextMs === null || this.request !== null || this.parts.nowMs() < this.againAtMs) return;
    if (nextMs > atMs + Math.max(AHEAD_MS, rate * AHEAD_OF_RATE_MS)) return;
    const request = new AbortController();
    this.request = request;
    const untilMs = nextMs + Math.min(MOST_CHUNK_MS, Math.max(CHUNK_MS, rate * AHEAD_OF_RATE_MS));
    void this.ask(nextMs, untilMs, request).catch((error: unknown) => this.fail(request, error));
  }

  close(): void {
    this.request?.abort();
    this.nextMs = null;
  }

  private async ask(fromMs: number, untilMs: number, request: AbortController): Promise<void> {
    const response = await this.parts.fetch(fromMs, untilMs, this.isTranscoded, request.signal);
    if (request !== this.request) return;
    if (response.status === 429) {
      this.rest();
      return;
    }
    if (!response.ok) throw new Refused(await wordsOf(response));
    const fed = await this.feedAll(response, request);
    if (request !== this.request) return;
    this.request = null;
    this.goOn(fed, fromMs, untilMs, Number(response.headers.get("X-Next-Ms") ?? NaN));
  }

  /** Feed what comes; the code of the word that it ended with. */
  private async feedAll(response: Response, request: AbortController): Promise<string> {
    const reader = response.body?.getReader();
    const records = new RecordReader();
    let isPast = this.lastUs === null;
    let code = "";
    for (;;) {
      const { value, done } = (await reader?.read()) ?? { value: undefined, done: true };
      if (done || request !== this.request) return code;
      for (const record of records.feed(value)) {
        if (record.kind === "word") {
          code = record.code;
          if (!QUIET.has(code)) this.parts.player.feed(record);
          continue;
        }
        if (record.kind === "form") {
          this.parts.player.feed(record);
          continue;
        }
        // A stretch begins with the key picture before it: what was fed already is left out.
        if (!isPast) {
          const lastUs = this.lastUs ?? 0;
          if (record.wallUs === lastUs) isPast = true;
          if (isPast || !record.key || record.wallUs < lastUs + LOST_AFTER_US) continue;
          isPast = true;
        }
        this.lastUs = record.wallUs;
        this.parts.player.feed(record);
      }
    }
  }

  private goOn(code: string, fromMs: number, untilMs: number, nextMs: number): void {
    if (code === "more" || TRIED_AGAIN.has(code)) {
      this.nextMs = this.lastUs === null ? fromMs : this.lastUs / 1000;
      if (code !== "more") this.againAtMs = this.parts.nowMs() + AGAIN_AFTER_MS;
      return;
    }
    if (Number.isFinite(nextMs)) {
      this.nextMs = nextMs;
      const isGap = nextMs > untilMs || code === "nothing";
      if (isGap) this.lastUs = null;
      this.turn(isGap ? { kind: "gap", untilMs: nextMs } : null);
      return;
    }
    // Nothing more on disk: at the edge of now more is being recorded.
    this.nextMs = (this.parts.player.fedUntilMs ?? untilMs) + 1;
    if (this.parts.nowMs() - this.nextMs > EDGE_MS * 4) {
      this.nextMs = null;
      this.turn({ kind: "end" });
    } else this.againAtMs = this.parts.nowMs() + EDGE_MS;
  }

  private rest(): void {
    this.request = null;
    this.againAtMs = this.parts.nowMs() + AGAIN_AFTER_MS;
  }

  private fail(request: AbortController, error: unknown): void {
    if (request !== this.request) return;
    if (error instanceof Refused) {
      this.request = null;
      this.nextMs = null;
      this.turn({ kind: "failed", ...error.words });
    } else this.rest(); // the line: it is tried again
  }

  private turn(stop: Stop): void {
    this.stop = stop;
    this.parts.onTurn();
  }
}

class Refused extends Error {
  constructor(readonly words: { zh: string; en: string }) {
    super(words.en);
  }
}

async function wordsOf(response: Response): Promise<{ zh: string; en: string }> {
  try {
    const { error } = (await response.json()) as { error: { message: string; message_en: string } };
    return { zh: error.message, en: error.message_en };
  } catch {
    return { zh: `主机没有给出录像（${response.status}）。`, en: `The hub gave no footage (${response.status}).` };
  }
}
