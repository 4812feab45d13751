// Pure: what the talk key says, from the floor, the line and who speaks.
import type { LineState } from "../../../console/src/room/feed";
import type { Floor, Talker } from "../../../console/src/talk/floor";

export type KeyState = Floor["state"] | "warned" | "busy" | "unchosen" | "connecting" | "lost";

/** What the key's state follows from. */
export interface Around {
  floor: Floor;
  talk: LineState;
  /** Whether the line of events was cut, which talk's may not know yet. */
  isCut: boolean;
  /** Who speaks in the selected group. */
  here: Talker | undefined;
  isChosen: boolean;
}

export function keyStateOf({ floor, talk, isCut, here, isChosen }: Around): KeyState {
  if (talk === "lost" || isCut) return "lost";
  if (talk === "connecting") return "connecting";
  if (floor.state === "speaking" && floor.warned) return "warned";
  if (floor.state === "idle" && !isChosen) return "unchosen";
  if (floor.state === "idle" && here !== undefined) return "busy";
  return floor.state;
}
