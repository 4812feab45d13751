// Pure: a step in words, as a title of the radio that it was about.
import type { Texts } from "../language/zh";
import type { Room } from "../room/room";
import type { StepDone } from "./hub";

export function stepWords(step: StepDone, room: Pick<Room, "venues" | "radios">, texts: Texts): string {
  const words = texts.escalation;
  const done = words.action[step.action];
  if (step.passed_over !== null) return texts.labelled(done, words.passedOver[step.passed_over]);
  if (step.asked_radio_id !== null) {
    const venueId = room.radios.get(step.asked_radio_id)?.venue_id ?? "";
    return words.asked(room.venues.get(venueId)?.name ?? step.asked_radio_id);
  }
  return step.person_ids.length > 0 ? words.told(step.person_ids.join(texts.comma)) : done;
}
