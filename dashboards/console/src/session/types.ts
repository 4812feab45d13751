// Who uses the hub and what they may do, as docs/access.md writes it.

export const ROLES = ["dispatcher", "officer", "chief", "administrator", "auditor", "grid_member", "guard"] as const;
export type Role = (typeof ROLES)[number];
export type PlaceKind = "community" | "grid" | "venue";

/** Where a right holds; the community has no `place_id`. */
export interface Place {
  kind: PlaceKind;
  place_id: string | null;
}

export interface Person {
  person_id: string;
  name: string;
  role: Role;
  places: Place[];
}

export type Right =
  | "see_room"
  | "see_cases"
  | "issue_alert"
  | "answer_alert"
  | "call"
  | "answer_call"
  | "bring_media"
  | "report"
  | "direct"
  | "answer_ask"
  | "listen_back"
  | "open_case"
  | "handle_case"
  | "search_footage"
  | "export_footage"
  | "watch_live"
  | "enrol_places"
  | "enrol_cameras"
  | "enrol_devices"
  | "enrol_people"
  | "plan_shifts"
  | "set_escalation"
  | "read_evaluation"
  | "read_audit"
  | "read_metrics"
  | "own_session";

/** What the hub says of the session that this browser holds. */
export interface SessionView {
  person: Person;
  rights: Right[];
  /** When it ends unless it is refreshed: 15 minutes after the last refresh, 12 hours after signing in. */
  expires_at_ms: number | null;
  /** Whether the person has one, which is asked for beside the password. */
  second_factor: boolean;
}

export interface NewPassword {
  /** The present one. */
  password: string;
  new_password: string;
  /** The second factor's six digits. */
  code?: string;
}

export interface Credentials {
  person_id: string;
  password: string;
  /** The second factor's six digits. */
  code?: string;
}
