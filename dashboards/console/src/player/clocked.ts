// Played back: the picture of each moment by a clock that can stand, run at any speed, and step picture by picture.
import type { Image, PictureDecoder } from "./decoder";
import { Film } from "./film";
import type { Picture } from "./records";

export interface ClockedParts {
  decoder: PictureDecoder;
  /** Takes the image; whoever takes it closes it. */
  onShow: (image: Image, wallUs: number) => void;
  nowMs: () => number;
}

/** Images that are decoded ahead of the clock, and kept behind it for steps back: a decoder lends few. */
const MOST_AHEAD = 4;
const MOST_BEHIND = 4;
/** Coded pictures that the decoder is given beyond what came out, for those that hold some back. */
const MOST_WAITING = 8;
/** From this speed on key pictures alone are shown. */
const KEYS_ALONE_RATE = 8;

interface Timed {
  image: Image;
  wallUs: number;
}

/** What the film does: it stands, runs by the clock, or looks for the picture at which a step ends. */
type Course =
  | { name: "stands" }
  | { name: "runs"; fromUs: number; rate: number; startedAtMs: number | null }
  | { name: "seeks"; beforeUs: number };

export class Clocked {
  readonly film = new Film();
  private course: Course = { name: "stands" };
  private next = 0;
  private ahead: Timed[] = [];
  private behind: Timed[] = [];
  private shownUs: number | null = null;
  /** Whether what is shown was found since the place was last chosen. */
  private isFound = false;

  constructor(private readonly parts: ClockedParts) {}

  /** When the picture that is shown was taken, microseconds. */
  get atUs(): number | null {
    return this.shownUs;
  }

  /** Whether it should run and has no picture to show next: that was not fed yet. */
  get isHungry(): boolean {
    return this.course.name === "runs" && this.ahead.length === 0 && this.isAtEnd();
  }

  add(picture: Picture): void {
    this.film.add(picture);
  }

  /** Run from there, `rate` seconds of film a second; 0 shows the picture of that moment and stands. */
  playFrom(wallUs: number, rate: number): void {
    this.beginAt(wallUs);
    this.course = { name: "runs", fromUs: wallUs, rate, startedAtMs: null };
    this.work();
  }

  /** Stand at that moment; who runs there and is a little late goes on to it first. */
  standAt(wallUs: number): void {
    const { course } = this;
    if (course.name === "runs" && course.startedAtMs !== null && course.rate < KEYS_ALONE_RATE) {
      this.course = { ...course, fromUs: wallUs, rate: 0 };
      this.work();
    } else this.playFrom(wallUs, 0);
  }

  /** One picture on or back; the film stands there. */
  step(by: 1 | -1): void {
    if (this.shownUs === null) return;
    const atUs = this.shownUs;
    if (by === 1) {
      this.course = { name: "stands" };
      const next = this.ahead.shift();
      if (next !== undefined) this.show(next);
      else {
        this.isFound = false;
        this.course = { name: "runs", fromUs: atUs + 1, rate: 0, startedAtMs: null };
      }
      this.work();
      return;
    }
    // The last behind is the one that is shown: it is kept so that stepping on needs no decoding either.
    const before = this.behind.findLast((one) => one.wallUs < atUs);
    if (before !== undefined) {
      this.ahead.unshift(...this.behind.splice(this.behind.indexOf(before) + 1));
      this.behind.pop();
      this.show(before);
      this.course = { name: "stands" };
      return;
    }
    this.beginAt(atUs - 1);
    this.course = { name: "seeks", beforeUs: atUs };
    this.work();
  }

  /** An image came out of the decoder. */
  take(image: Image, wallUs: number): void {
    this.ahead.push({ image, wallUs });
    if (this.course.name === "seeks" && wallUs >= this.course.beforeUs) this.endSeek();
    this.work();
  }

  /** Feed the decoder and show what is due; called before each drawing of the screen, and when there is something new. */
  work(): void {
    const { course } = this;
    if (course.name === "runs") this.run(course);
    if (course.name === "seeks") {
      while (this.ahead.length > MOST_AHEAD) this.ahead.shift()?.image.close();
      if (this.next >= this.film.end && this.parts.decoder.waiting === 0 && this.ahead.length > 0) this.endSeek();
    }
    if (course.name !== "stands") this.giveToDecoder(course);
  }

  close(): void {
    this.course = { name: "stands" };
    this.letGo();
    this.film.clear();
  }

  private run(course: Course & { name: "runs" }): void {
    const first = this.ahead[0];
    if (first === undefined) return;
    if (course.startedAtMs === null) {
      // What lies before the place was decoded because the place needs it. The clock begins once a picture from beyond
      // says which is the place's; until then, at the end of what was fed, the nearest before it is shown.
      while ((this.ahead[1]?.wallUs ?? Infinity) <= course.fromUs) this.ahead.shift()?.image.close();
      const nearestUs = this.ahead[0]?.wallUs ?? 0;
      const isSure = nearestUs >= course.fromUs || this.ahead.length > 1;
      if (!isSure && !this.isAtEnd()) return;
      if (!this.isFound || nearestUs <= course.fromUs) this.showNext();
      if (!isSure) return;
      course.startedAtMs = this.parts.nowMs();
      if (course.rate === 0) this.course = { name: "stands" };
      return;
    }
    const clockUs = course.fromUs + (this.parts.nowMs() - course.startedAtMs) * 1000 * course.rate;
    while ((this.ahead[1]?.wallUs ?? Infinity) <= clockUs) this.ahead.shift()?.image.close();
    if ((this.ahead[0]?.wallUs ?? Infinity) <= clockUs) this.showNext();
    if (course.rate === 0) {
      if (this.ahead.length > 0) this.course = { name: "stands" };
      return;
    }
    // Hungry, or decoding is slower than the clock: it waits at what is shown.
    if (this.ahead.length === 0 && this.shownUs !== null && clockUs > this.shownUs + 1_000_000) {
      course.fromUs = this.shownUs;
      course.startedAtMs = this.parts.nowMs();
    }
  }

  private isAtEnd(): boolean {
    return this.next >= this.film.end && this.parts.decoder.waiting === 0;
  }

  private showNext(): void {
    const next = this.ahead.shift();
    if (next !== undefined) this.show(next);
  }

  private show(timed: Timed): void {
    this.shownUs = timed.wallUs;
    this.isFound = true;
    this.behind.push(timed);
    while (this.behind.length > MOST_BEHIND) this.behind.shift()?.image.close();
    this.parts.onShow(timed.image, timed.wallUs);
  }

  private endSeek(): void {
    if (this.course.name !== "seeks") return;
    const { beforeUs } = this.course;
    const index = this.ahead.findLastIndex((one) => one.wallUs < beforeUs);
    this.course = { name: "stands" };
    if (index === -1) return;
    this.behind.push(...this.ahead.splice(0, index));
    this.showNext();
  }

  private giveToDecoder(course: Course): void {
    const { decoder } = this.parts;
    if (!decoder.isReady) return;
    const keysAlone = course.name === "runs" && course.rate >= KEYS_ALONE_RATE;
    while (this.next < this.film.end && decoder.waiting < MOST_WAITING) {
      if (course.name === "runs" && course.startedAtMs !== null && this.ahead.length >= MOST_AHEAD) return;
      const picture = this.film.at(this.next);
      this.next += 1;
      if (picture !== undefined && (!keysAlone || picture.key)) decoder.decode(picture);
    }
  }

  private beginAt(wallUs: number): void {
    this.isFound = false;
    this.letGo();
    this.parts.decoder.drop();
    this.next = this.film.keyBefore(wallUs) ?? this.film.end;
  }

  private letGo(): void {
    for (const one of [...this.ahead, ...this.behind]) one.image.close();
    this.ahead = [];
    this.behind = [];
  }
}
