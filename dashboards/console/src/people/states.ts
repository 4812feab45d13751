// Pure: how a person stands: asked in, able to sign in, or shut out.
import type { PersonView } from "./hub";

export type PersonState = "uninvited" | "invited" | "active" | "disabled";

export const STATE_TONE: Record<PersonState, string> = {
  uninvited: "state-calm",
  invited: "state-wait",
  active: "state-good",
  disabled: "state-bad",
};

export function stateOf(person: PersonView): PersonState {
  if (person.disabled) return "disabled";
  if (person.can_sign_in) return "active";
  return person.invited_until_ms === null ? "uninvited" : "invited";
}
