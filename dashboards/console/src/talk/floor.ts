// The right to talk in one talk group as this console sees it: states, what moves them, and one table.

export interface Talker {
  burstId: number;
  talkerId: string;
  talkerName: string;
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
}

export type Floor =
  | { state: "idle" }
  | { state: "requesting"; groupId: string; requestId: string; released: boolean }
  | { state: "speaking"; grant: Grant; sinceMs: number }
  | { state: "denied"; refusal: Refusal }
  | { state: "unanswered" }
  | { state: "revoked"; reason: string };

export type FloorEvent =
  | { type: "press"; groupId: string; requestId: string }
  | { type: "release" }
  | { type: "granted"; grant: Grant; atMs: number }
  | { type: "denied"; requestId: string; refusal: Refusal }
  | { type: "unanswered"; requestId: string }
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
          : { state: "speaking", grant: event.grant, sinceMs: event.atMs },
    denied: (floor: In<"requesting">, event: On<"denied">): Floor =>
      event.requestId === floor.requestId ? { state: "denied", refusal: event.refusal } : floor,
    unanswered: (floor: In<"requesting">, event: On<"unanswered">): Floor =>
      event.requestId === floor.requestId ? { state: "unanswered" } : floor,
    press: (floor: In<"requesting">, event: On<"press">): Floor => (floor.released ? press(floor, event) : floor),
    lost: idle,
  },
  speaking: {
    release: idle,
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
