// The hub's calls of somebody who was invited and is not signed in yet.
import { ask } from "../room/ask";
import type { Role, SessionView } from "../session/types";

export interface InvitationView {
  person_id: string;
  name: string;
  role: Role;
  /** What an authenticator scans. */
  totp_uri: string;
  second_factor_required: boolean;
  least_password_characters: number;
  expires_at_ms: number;
}

export interface Acceptance {
  code: string;
  password: string;
  code_of_second_factor?: string;
}

export const joinHub = {
  look: (code: string) => ask<InvitationView>("POST", "/api/invitation/look", { code }),
  accept: (acceptance: Acceptance) => ask<SessionView>("POST", "/api/invitation/accept", acceptance),
};
