// The numbered items of the event feed, one type for each kind of docs/api.md.
import type { Alert, Answer, Camera, Case, CaseChanged, Delivery, Hit, Radio, Sos, TemporaryGroup, Venue, Via, Watch } from "./types";

import type { FootageExport } from "../exports/hub";
import type { Policy, Stepped, Stopped } from "../escalation/hub";
import type { DoorStanding, Tried } from "../fallback/types";
import type { Mediated, Note } from "../desk/types";
import type { MissingChild } from "../missing/types";
import type { Found } from "../found/hub";
import type { AskTold } from "../response/types";
import type { RollCall, RollCallBegun } from "../rollcall/hub";

export interface BurstBody {
  call_id: number;
  group_id: string;
  talker_id: string;
  talker_name: string;
  burst_id: number;
  duration_s: number | null;
  radios_reached: number | null;
  radios_online: number | null;
}

export interface ReportBody {
  /** Null where it was not said at a radio. */
  radio_id: string | null;
  venue_id: string;
  alert_id: string | null;
  answer: Answer | null;
  text: string | null;
  /** Who said it elsewhere than at a radio. */
  by: string | null;
  via: Via;
}

/** Why the hub refused something (hub/bridge/refused.py). */
export type RefusedReason =
  | "bad_topic"
  | "not_allowed"
  | "oversized"
  | "unknown_device"
  | "retained"
  | "malformed"
  | "forged"
  | "replayed"
  | "former_key"
  | "flooding"
  | "cut_off"
  | "overloaded"
  | "broker_away"
  | "broker_refuses"
  | "wrong_pin"
  | "unknown_alert"
  | "unknown_camera"
  | "store_failed"
  | "no_floor"
  | "too_many_messages"
  | "too_many_lines";

interface Bodies {
  "radio.online": Radio;
  "radio.offline": Radio;
  "radio.signed_on": Radio;
  "radio.signed_off": Radio;
  "camera.added": Camera;
  "camera.changed": Camera;
  "camera.removed": Camera;
  "footage.cut_short": { segments: number; kept_days: number; days_wanted: number };
  "footage.disk_warning": { bytes_per_day: number; room_bytes: number; days_wanted: number; full_in_days: number; days_short: number };
  "footage.no_room": { excess_bytes: number; held_bytes: number };
  "footage.clock_leapt": { ahead_s: number; trusted_after_s: number };
  "alert.issued": Alert;
  "alert.cancelled": { alert_id: string; cancelled_at_ms: number; cancelled_by: string; cancel_alert_id: string | null; update_alert_id: string | null };
  "delivery.changed": { alert_id: string; deliveries: Delivery[] };
  "report.made": ReportBody;
  "child.found": Found;
  "child.closed": Found;
  "escalation.stepped": Stepped;
  "escalation.stopped": Stopped;
  "escalation.set": Policy;
  "fallback.tried": Tried;
  "fallback.door": DoorStanding;
  "roll_call.begun": RollCallBegun;
  "roll_call.ended": RollCall;
  "burst.started": BurstBody;
  "burst.ended": BurstBody;
  "group.opened": TemporaryGroup;
  "group.closed": TemporaryGroup;
  "sos.raised": Sos;
  "sos.cancel_asked": Sos;
  "sos.closed": Sos;
  "radio.key_stuck": { radio_id: string; radio_name: string; group_id: string };
  "burst.not_recorded": { burst_id: number; group_id: string; reason: string };
  "case.opened": Case;
  "case.changed": CaseChanged;
  "case.closed": Case;
  "case.noted": Note;
  "case.mediated": Mediated;
  "case.recording": { case_id: string; burst_id: number; by: string; name: string };
  "missing_child.changed": MissingChild;
  "ask.made": AskTold;
  "ask.changed": AskTold;
  "ask.overdue": AskTold;
  "ask.closed": AskTold;
  "watch.started": Watch;
  "watch.ended": Watch;
  "watch.hit": { case_id: string; watch_id: string; hit: Hit; left_out?: number };
  "search.made": { case_id: string; words: string; words_en: string; hits: number; search_ms: number };
  "path.marked": { case_id: string; sighting_id: string; verdict: "confirmed" | "rejected" | null; marked_by: string; marked_at_ms: number };
  "export.changed": FootageExport;
  "venue.imported": Venue;
  "venue.hours_changed": { venue_id: string };
  "shift.changed": { person_id: string };
  "device.enrolled": { device_id: string; kind: string };
  "device.revoked": { device_id: string; kind: string; by: string };
  "device.refused": { device: string; topic: string; reason: RefusedReason; detail: string; count: number };
  "hub.started": { version: string };
}

export type ItemKind = keyof Bodies;

export type Item = {
  [Kind in ItemKind]: {
    number: number;
    previous: number;
    at_ms: number;
    kind: Kind;
    subject: string;
    body: Bodies[Kind];
  };
}[ItemKind];

export interface Batch {
  items: Item[];
  now: number;
}
