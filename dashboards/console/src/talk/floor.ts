// The right to talk in one talk group as this console sees it: states, what moves them, and one table.

/** What a call is to those who hear it; nobody answers a broadcast. */
export type CallKind = "group" | "broadcast" | "emergency";

export interface Talker {
  burstId: number;
  talkerId: string;
  talkerName: string;
  call: CallKind;
}

export interface Grant {
  groupId: string;
  requestId: string;
  callId: number;
  burstId: number;
  bootId: number;
  talkLimitS: number;
}

export interface Refusal {
  reason: string;
  message: string;
  messageEn: string;
  /** From when on asking again is of use, where the hub knows. */
  retryInS: number | null;
}

/** Where one stands among those who wait, from 1. */
export interface Place {
  position: number;
  of: number;
}

export type Floor =
  | { state: "idle" }
  | { state: "requesting"; groupId: string; requestId: string; released: boolean }
  | { state: "queued"; groupId: string; requestId: string; place: Place }
  | { state: "speaking"; grant: Grant; sinceMs: number; warned: boolean }
  | { state: "denied"; refusal: Refusal; sinceMs: number }
  | { state: "unanswered" }
  | { state: "revoked"; reason: string };

export type FloorEvent =
  | { type: "press"; groupId: string; requestId: string }
  | { type: "release" }
  | { type: "granted"; grant: Grant; atMs: number }
  | { type: "queued"; requestId: string; place: Place }
  | { type: "denied"; requestId: string; refusal: Refusal; atMs: number }
  | { type: "unanswered"; requestId: string }
  | { type: "warned"; burstId: number }
  | { type: "revoked"; burstId: number; reason: string }
  | { type: "lost" }
  | { type: "forget" };

type Move = (floor: never, event: never) => Floor;

const IDLE: Floor = { state: "idle" };

type In<State extends Floor["state"]> = Extract<Floor, { state: State }>;
type On<Type extends FloorEvent["type"]> = Extract<FloorEvent, { type: Type }>;

const press = (_: Floor, event: On<"press">): Floor => ({
  state: "requesting",
  groupId: event.groupId,
  requestId: event.requestId,
  released: false,
});
const idle = (): Floor => IDLE;
const denied = (floor: In<"requesting" | "queued">, event: On<"denied">): Floor =>
  event.requestId === floor.requestId ? { state: "denied", refusal: event.refusal, sinceMs: event.atMs } : floor;
const unanswered = (floor: In<"requesting" | "queued">, event: On<"unanswered">): Floor =>
  event.requestId === floor.requestId ? { state: "unanswered" } : floor;
const speaking = (event: On<"granted">): Floor => ({
  state: "speaking",
  grant: event.grant,
  sinceMs: event.atMs,
  warned: false,
});

/** What is not in the table leaves the floor as it is: a late answer to an earlier press moves nothing. */
const TABLE: { [State in Floor["state"]]: Partial<Record<FloorEvent["type"], Move>> } = {
  idle: { press },
  requesting: {
    release: (floor: In<"requesting">): Floor => ({ ...floor, released: true }),
    granted: (floor: In<"requesting">, event: On<"granted">): Floor =>
      event.grant.requestId !== floor.requestId
        ? floor
        : floor.released
          ? IDLE
          : speaking(event),
    queued: (floor: In<"requesting">, event: On<"queued">): Floor =>
      event.requestId !== floor.requestId
        ? floor
        : floor.released
          ? IDLE
          : { state: "queued", groupId: floor.groupId, requestId: floor.requestId, place: event.place },
    denied,
    unanswered,
    press: (floor: In<"requesting">, event: On<"press">): Floor => (floor.released ? press(floor, event) : floor),
    lost: idle,
  },
  queued: {
    release: idle,
    granted: (floor: In<"queued">, event: On<"granted">): Floor =>
      event.grant.requestId === floor.requestId ? speaking(event) : floor,
    queued: (floor: In<"queued">, event: On<"queued">): Floor =>
      event.requestId === floor.requestId ? { ...floor, place: event.place } : floor,
    denied,
    unanswered,
    lost: idle,
  },
  speaking: {
    release: idle,
    warned: (floor: In<"speaking">, event: On<"warned">): Floor =>
      floor.grant.burstId === event.burstId ? { ...floor, warned: true } : floor,
    revoked: (floor: In<"speaking">, event: On<"revoked">): Floor =>
      floor.grant.burstId === event.burstId ? { state: "revoked", reason: event.reason } : floor,
    lost: (): Floor => ({ state: "revoked", reason: "line_lost" }),
  },
  denied: { press, release: idle, lost: idle, forget: idle },
  unanswered: { press, release: idle, lost: idle, forget: idle },
  revoked: { press, release: idle, forget: idle },
};

export function nextFloor(floor: Floor, event: FloorEvent): Floor {
  const move = TABLE[floor.state][event.type] as ((floor: Floor, event: FloorEvent) => Floor) | undefined;
  return move === undefined ? floor : move(floor, event);
}
