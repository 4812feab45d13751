// One canvas whose camera's looks are shown: pictures wait for their looks, looks for their pictures. In the worker.
import type { Footage } from "../player/records";
import type { Size } from "./geometry";
import { Holding } from "./holding";
import { isSure, movingShare, type Look } from "./look";
import { Looks } from "./matching";
import { Overlay } from "./overlay";
import type { AnalysisState } from "./state";

/** The picture stands still for so long where no look comes; then it goes on without any. */
const LONGEST_WAIT_US = 1_000_000;

export class Analysed {
  state: AnalysisState = { shown: null, figures: null, delayMs: 0, cameAtMs: null, isRefused: false, boxes: 0, drawnAtUs: null };
  private readonly overlay: Overlay;
  private readonly holding = new Holding();
  private readonly looks = new Looks();
  private queue: { record: Footage; dueMs: number }[] = [];
  private timer: ReturnType<typeof setTimeout> | undefined;
  private drawn: Look | null = null;
  private shownUs = 0;

  /** `feed` has a record shown. */
  constructor(
    canvas: OffscreenCanvas,
    private readonly feed: (record: Footage) => void,
  ) {
    this.overlay = new Overlay(canvas);
  }

  resize(size: Size, scale: number): void {
    this.overlay.resize(size, scale);
    this.drawn = null;
  }

  /** A record of the stream came: it is shown when the look at it may be there. */
  take(record: Footage): void {
    const nowMs = performance.now();
    const dueMs = record.kind === "picture" ? this.holding.picture(record.wallUs, nowMs) : this.holding.word(nowMs);
    this.queue.push({ record, dueMs });
    if (this.queue.length === 1) this.wait(dueMs - nowMs);
  }

  /** A look came; null where the hub shows no more of them. */
  hear(look: Look | null): void {
    if (look === null) {
      this.state = { ...this.state, isRefused: true };
      return;
    }
    this.holding.look(look.atUs, performance.now());
    this.looks.add(look);
    this.state = {
      ...this.state,
      figures: look.figures,
      delayMs: Math.round(this.holding.delayMs),
      cameAtMs: Date.now(),
      isRefused: false,
    };
  }

  /** Whether the picture taken at `pictureUs` is to be shown: the one that a look is of; where none comes for long, any. */
  isShown(pictureUs: number): boolean {
    const look = this.looks.of(pictureUs);
    return (look !== null && look !== this.drawn) || Math.abs(pictureUs - this.shownUs) > LONGEST_WAIT_US;
  }

  /** The picture taken at `pictureUs` stands on the canvas below. */
  showFor(pictureUs: number, picture: Size): void {
    const look = this.looks.of(pictureUs);
    this.shownUs = pictureUs;
    if (look === null) {
      this.clear();
      this.state = { ...this.state, shown: null, boxes: 0, drawnAtUs: null };
      return;
    }
    if (this.drawn === look) return;
    this.drawn = look;
    const trails = new Map(look.tracks.map(({ number }) => [number, this.looks.trail(look, number)]));
    const boxes = this.overlay.draw(look, picture, trails);
    const { isSettled, isLooked } = look;
    const shown = { isSettled, isLooked, moving: movingShare(look.motion), detections: look.detections.filter(isSure).length, doubtful: look.detections.filter((one) => !isSure(one)).length, tracks: look.tracks.length };
    this.state = { ...this.state, shown, boxes, drawnAtUs: look.atUs };
  }

  /** The stream is another from now on. */
  reset(): void {
    clearTimeout(this.timer);
    this.queue = [];
    this.looks.clear();
    this.clear();
  }

  /** Have what waits shown at once. */
  close(): void {
    clearTimeout(this.timer);
    for (const { record } of this.queue) this.feed(record);
    this.queue = [];
    this.clear();
  }

  private clear(): void {
    this.overlay.clear();
    this.drawn = null;
  }

  private wait(ms: number): void {
    this.timer = setTimeout(() => this.feedDue(), Math.max(0, ms));
  }

  private feedDue(): void {
    const nowMs = performance.now();
    let next = this.queue[0];
    while (next !== undefined && next.dueMs <= nowMs) {
      this.queue.shift();
      this.feed(next.record);
      next = this.queue[0];
    }
    if (next !== undefined) this.wait(next.dueMs - nowMs);
  }
}
