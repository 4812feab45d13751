// Pure: what the talk key says, from the floor, the line and who speaks.
import type { LineState } from "../../../console/src/room/feed";
import type { Floor, Talker } from "../../../console/src/talk/floor";

export type KeyState = Floor["state"] | "warned" | "busy" | "connecting" | "lost";

/** `events` is the line that tells of everything else: lost, it takes talk's with it, which may not know it yet. */
export function keyStateOf(floor: Floor, talk: LineState, events: LineState, here: Talker | undefined): KeyState {
  if (talk === "lost" || events === "lost") return "lost";
  if (talk === "connecting") return "connecting";
  if (floor.state === "speaking" && floor.warned) return "warned";
  if (floor.state === "idle" && here !== undefined) return "busy";
  return floor.state;
}
