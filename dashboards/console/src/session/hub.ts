// The hub's calls about the session of this browser.
import { ask, part } from "../room/ask";
import type { Credentials, NewPassword, SessionView } from "./types";

export interface OpenSession {
  session_id: string;
  started_at_ms: number;
  refreshed_at_ms: number;
  expires_at_ms: number;
  /** The network address that signed in. */
  address: string;
  /** Whether it is the one that asks. */
  is_this: boolean;
}

export const sessionHub = {
  current: () => ask<SessionView>("GET", "/api/session"),
  signIn: (credentials: Credentials) => ask<SessionView>("POST", "/api/session", credentials),
  refresh: () => ask<SessionView>("POST", "/api/session/refresh"),
  signOut: () => ask<void>("DELETE", "/api/session"),
  endOthers: () => ask<void>("DELETE", "/api/session/others"),
  /** One's other sessions end. */
  changePassword: (change: NewPassword) => ask<void>("POST", "/api/session/password", change),
  /** For signing on to radios. */
  setPin: (personId: string, pin: string) => ask<void>("POST", `/api/people/${part(personId)}/pin`, { pin }),
  sessionsOf: (personId: string) => ask<OpenSession[]>("GET", `/api/people/${part(personId)}/sessions`),
  endSessionsOf: (personId: string) => ask<void>("DELETE", `/api/people/${part(personId)}/sessions`),
};
