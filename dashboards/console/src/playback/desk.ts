// Several cameras by one clock: they run, stand and step together; who has no picture yet has the others wait for it.
import type { Feeder } from "./feeder";

/** What the desk needs of a player (player/player.ts). */
export interface Shown {
  readonly atMs: number | null;
  readonly fedSinceMs: number | null;
  readonly fedUntilMs: number | null;
  readonly state: { hungry: boolean };
  /** Forget what was fed; the last picture stays until another comes. */
  reset: () => void;
  playFrom: (wallMs: number, rate: number) => void;
  pauseAt: (wallMs: number) => void;
  step: (by: 1 | -1) => void;
  tick: () => void;
}

export interface Seat {
  player: Shown;
  feeder: Pick<Feeder, "seek" | "work" | "stop">;
}

/** So much must be there before cameras that waited go on. */
const ENOUGH_MS = 600;
/** A place where no camera has footage is skipped when it lasts longer. */
const SKIP_MS = 1_500;
/** A screen that was not drawn for longer (the window was hidden, the machine slept) goes on from where it was. */
const MOST_TURN_MS = 1_000;

export interface DeskState {
  atMs: number;
  rate: number;
  isPlaying: boolean;
  /** For pictures that are not there yet. */
  isWaiting: boolean;
}

export class Desk {
  state: DeskState;
  private readonly seats = new Map<string, Seat>();
  private startedAtMs = 0;
  /** While a step is under way: of whom, and what it showed before. */
  private stepping: { seat: Seat; fromMs: number | null } | null = null;

  constructor(
    atMs: number,
    private readonly nowMs: () => number,
    private readonly onTurn: (state: DeskState) => void,
  ) {
    this.state = { atMs, rate: 1, isPlaying: false, isWaiting: false };
  }

  add(cameraId: string, seat: Seat): void {
    this.seats.set(cameraId, seat);
    this.seek(this.state.atMs);
  }

  remove(cameraId: string): void {
    this.seats.delete(cameraId);
  }

  seek(atMs: number): void {
    this.stepping = null;
    for (const { feeder, player } of this.seats.values()) {
      player.reset();
      feeder.seek(atMs);
    }
    this.place(atMs, this.state.isPlaying);
  }

  play(): void {
    this.stepping = null;
    if (!this.state.isPlaying) this.place(this.state.atMs, true);
  }

  pause(): void {
    if (!this.state.isPlaying) return;
    for (const { player } of this.seats.values()) player.pauseAt(this.state.atMs);
    this.turn({ isPlaying: false, isWaiting: false });
  }

  setRate(rate: number): void {
    this.turn({ rate });
    if (this.state.isPlaying) this.place(this.state.atMs, true);
  }

  /** One picture on or back of the first camera that has one; the others show the same moment. */
  step(by: 1 | -1): void {
    this.pause();
    const seat = [...this.seats.values()].find((one) => one.player.atMs !== null && one.feeder.stop?.kind !== "failed");
    if (seat === undefined) return;
    const { atMs, fedSinceMs } = seat.player;
    // What lies before the first picture that was fed is asked for.
    if (by === -1 && atMs !== null && fedSinceMs !== null && fedSinceMs >= atMs) {
      this.seek(atMs - 1);
      return;
    }
    this.stepping = { seat, fromMs: seat.player.atMs };
    seat.player.step(by);
  }

  /** Before each drawing of the screen. */
  tick(): void {
    const seats = [...this.seats.values()];
    if (this.state.isPlaying && !this.state.isWaiting) {
      this.turn({ atMs: this.state.atMs + Math.min(this.nowMs() - this.startedAtMs, MOST_TURN_MS) * this.state.rate });
      this.startedAtMs = this.nowMs();
    }
    for (const { feeder, player } of seats) {
      feeder.work(this.state.atMs, this.state.rate);
      player.tick();
    }
    this.endStep();
    if (this.state.isPlaying) this.keepTogether(seats);
  }

  private keepTogether(seats: readonly Seat[]): void {
    const { atMs, isWaiting } = this.state;
    if (seats.length === 0) return;
    const skipTo = this.emptyUntilMs(seats);
    if (skipTo !== null) {
      if (skipTo === Infinity) this.pause();
      else this.seek(skipTo);
      return;
    }
    if (!isWaiting && seats.some((seat) => isMissing(seat, atMs))) {
      for (const { player } of seats) player.pauseAt(atMs);
      this.turn({ isWaiting: true });
    } else if (isWaiting && seats.every((seat) => isEnough(seat, atMs))) this.place(atMs, true);
  }

  /** Until when no camera has a picture, if that is worth skipping: Infinity where nothing more is recorded. */
  private emptyUntilMs(seats: readonly Seat[]): number | null {
    const { atMs } = this.state;
    let untilMs = Infinity;
    for (const { player, feeder } of seats) {
      if (feeder.stop === null || (player.fedUntilMs ?? -Infinity) > atMs) return null;
      if (feeder.stop.kind === "gap") untilMs = Math.min(untilMs, feeder.stop.untilMs);
    }
    return untilMs - atMs > SKIP_MS ? untilMs : null;
  }

  private place(atMs: number, isPlaying: boolean): void {
    this.startedAtMs = this.nowMs();
    const isWaiting = isPlaying && ![...this.seats.values()].every((seat) => isEnough(seat, atMs));
    for (const { player } of this.seats.values()) player.playFrom(atMs, isPlaying && !isWaiting ? this.state.rate : 0);
    this.turn({ atMs, isPlaying, isWaiting });
  }

  private endStep(): void {
    const { stepping } = this;
    if (stepping === null) return;
    const { atMs } = stepping.seat.player;
    if (atMs === null || atMs === stepping.fromMs) return;
    this.stepping = null;
    for (const seat of this.seats.values()) if (seat !== stepping.seat) seat.player.playFrom(atMs, 0);
    this.turn({ atMs });
  }

  private turn(part: Partial<DeskState>): void {
    this.state = { ...this.state, ...part };
    this.onTurn(this.state);
  }
}

/** Whether a camera should show a picture now and has none. */
function isMissing({ player, feeder }: Seat, atMs: number): boolean {
  return player.state.hungry && !isOut(feeder, player, atMs);
}

function isEnough({ player, feeder }: Seat, atMs: number): boolean {
  return (player.fedUntilMs ?? -Infinity) > atMs + ENOUGH_MS || isOut(feeder, player, atMs);
}

/** Whether there is no footage of it at this time. */
function isOut(feeder: Seat["feeder"], player: Shown, atMs: number): boolean {
  const { stop } = feeder;
  if (stop === null) return false;
  return stop.kind !== "gap" || stop.untilMs > atMs || (player.fedUntilMs ?? -Infinity) < stop.untilMs;
}
