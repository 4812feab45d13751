// The hub's calls about people, for who keeps their list.
import { ask, part } from "../room/ask";
import type { Place, Role } from "../session/types";

/** A person as the administrator sees them. */
export interface PersonView {
  person_id: string;
  name: string;
  role: Role;
  places: Place[];
  disabled: boolean;
  /** True once they have set a password. */
  can_sign_in: boolean;
  second_factor: boolean;
  invited_until_ms: number | null;
  live_sessions: number;
}

export interface PersonOrder {
  name: string;
  role: Role;
  places: Place[];
}

export interface Invitation {
  join: string;
  code: string;
  expires_at_ms: number;
}

const person = (personId: string): string => `/api/people/${part(personId)}`;

export const peopleHub = {
  list: () => ask<PersonView[]>("GET", "/api/people"),
  add: (personId: string, order: PersonOrder) => ask<PersonView>("POST", "/api/people", { person_id: personId, ...order }),
  put: (personId: string, order: PersonOrder) => ask<PersonView>("PUT", person(personId), order),
  invite: (personId: string) => ask<Invitation>("POST", `${person(personId)}/invitation`),
  disable: (personId: string) => ask<PersonView>("POST", `${person(personId)}/disable`),
  enable: (personId: string) => ask<PersonView>("POST", `${person(personId)}/enable`),
};
