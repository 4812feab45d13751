// The telephone in the top bar: nothing where the hub has none.
import { useTexts } from "../language/language";
import { useRoom } from "../room/store";
import type { DoorState } from "./types";

const LINE: Record<DoorState, string> = { off: "", starting: "connecting", up: "open", down: "lost" };

export function DoorSign() {
  const words = useTexts().fallback;
  const standing = useRoom((room) => room.fallback ?? null, null);
  if (standing === null || standing.state === "off") return null;
  const sign = words.doorIs(words.door[standing.door], words.state[standing.state], standing.reason ?? "");
  return (
    <span className={`wire door-sign ${LINE[standing.state]}`} data-testid="fallback-door" data-state={standing.state} title={sign}>
      {sign}
    </span>
  );
}
