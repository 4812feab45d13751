import { beforeEach, expect, it } from "vitest";

import { Desk, type Seat, type Shown } from "./desk";
import type { Stop } from "./feeder";

let nowMs = 0;

class Camera {
  fedSinceMs: number | null = 0;
  fedUntilMs: number | null = 60_000;
  atMs: number | null = 0;
  state = { hungry: false };
  stop: Stop = null;
  said: string[] = [];
  readonly seat: Seat = {
    player: this as unknown as Shown,
    feeder: { seek: () => undefined, work: () => undefined, get stop() { return null; } },
  };

  constructor() {
    Object.defineProperty(this.seat.feeder, "stop", { get: () => this.stop });
  }

  playFrom(wallMs: number, rate: number): void {
    this.said.push(`from ${wallMs} at ${rate}`);
  }

  reset(): void {
    this.said.push("reset");
  }

  pauseAt(wallMs: number): void {
    this.said.push(`pause at ${String(wallMs)}`);
  }

  step(by: number): void {
    this.atMs = (this.atMs ?? 0) + by * 40;
  }

  tick(): void {
    return;
  }
}

let one: Camera;
let other: Camera;
let desk: Desk;

beforeEach(() => {
  nowMs = 0;
  one = new Camera();
  other = new Camera();
  desk = new Desk(1_000, () => nowMs, () => undefined);
  desk.add("C01", one.seat);
  desk.add("C02", other.seat);
});

function after(ms: number): void {
  nowMs += ms;
  desk.tick();
}

it("cameras run by one clock", () => {
  desk.play();
  after(500);
  expect(desk.state.atMs).toBe(1_500);
  expect(one.said.at(-1)).toBe("from 1000 at 1");
  expect(other.said.at(-1)).toBe("from 1000 at 1");
});

it("one without a picture has the others wait, and all go on together", () => {
  desk.play();
  one.state.hungry = true;
  one.fedUntilMs = 1_400;
  after(500);
  expect(desk.state.isWaiting).toBe(true);
  expect(other.said.at(-1)).toBe("pause at 1500");
  after(2_000);
  expect(desk.state.atMs).toBe(1_500);
  one.fedUntilMs = 9_000;
  one.state.hungry = false;
  after(10);
  expect(desk.state.isWaiting).toBe(false);
  expect(other.said.at(-1)).toBe("from 1500 at 1");
});

it("one that was not recorded at this time keeps nobody waiting", () => {
  desk.play();
  one.state.hungry = true;
  one.fedUntilMs = 1_200;
  one.stop = { kind: "gap", untilMs: 50_000 };
  after(500);
  expect(desk.state).toMatchObject({ isWaiting: false, isPlaying: true });
});

it("a time at which no camera was recorded is skipped", () => {
  desk.play();
  for (const camera of [one, other]) {
    camera.fedUntilMs = 1_200;
    camera.stop = { kind: "gap", untilMs: camera === one ? 50_000 : 40_000 };
  }
  after(500);
  expect(desk.state.atMs).toBe(40_000);
});

it("it stands at the end of what is recorded", () => {
  desk.play();
  for (const camera of [one, other]) {
    camera.fedUntilMs = 1_200;
    camera.stop = { kind: "end" };
  }
  after(500);
  expect(desk.state.isPlaying).toBe(false);
});

it("a step of one is the moment of all", () => {
  desk.step(1);
  after(10);
  expect(desk.state.atMs).toBe(40);
  expect(other.said.at(-1)).toBe("from 40 at 0");
});

it("a step back from the first picture that was fed asks for those before it", () => {
  one.atMs = 5_000;
  one.fedSinceMs = 5_000;
  desk.step(-1);
  expect(desk.state.atMs).toBe(4_999);
  expect(one.said.at(-1)).toBe("from 4999 at 0");
});

it("a window that was hidden goes on from where it was", () => {
  desk.play();
  after(3_600_000);
  expect(desk.state.atMs).toBe(2_000);
});
