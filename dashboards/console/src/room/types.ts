// What the hub says about the room, as docs/api.md writes it; times are milliseconds since 1970 UTC.
import type { DoorStanding } from "../fallback/types";
import type { Found } from "../found/hub";
import type { MissingChild } from "../missing/types";
import type { Role } from "../session/types";

export const VENUE_KINDS = ["property", "hotel", "school", "entertainment"] as const;
export type VenueKind = (typeof VENUE_KINDS)[number];
/** The most urgent first. */
export const SEVERITIES = ["Extreme", "Severe", "Moderate", "Minor"] as const;
export type Severity = (typeof SEVERITIES)[number];
/** Whether an alert is real; of the Common Alerting Protocol. */
export type AlertStatus = "actual" | "exercise" | "test";
export type Answer = "seen" | "not_seen" | "child_is_with_me" | "need_help";
export type DeliveryState = "queued" | "sent" | "delivered" | "played" | "acknowledged" | "reported" | "expired";
export type CameraCondition = "connecting" | "online" | "stalled" | "refused" | "unreadable" | "withheld" | "finished";
/** How far a fixed camera's picture can be seen with. */
export type PictureCondition = "clear" | "dark" | "blurred" | "covered" | "moved";
export const CASE_KINDS = ["missing_person", "public_order", "hazard", "dispute", "help", "other"] as const;
export type CaseKind = (typeof CASE_KINDS)[number];
export type CaseStage = "collect" | "verify" | "dispatch" | "handle" | "feed_back" | "closed";
export type CaseAction = "receive" | "confirm" | "refute" | "dispatch" | "give_back" | "handled" | "unsolved" | "take" | "hand_over" | "close";

/** An open case has an owner and a deadline, a closed one neither. */
export interface Standing {
  kind: CaseKind;
  grade: 1 | 2 | 3 | 4 | 5;
  stage: CaseStage;
  since_ms: number;
  owner: { role: Role; person_id: string | null } | null;
  deadline_ms: number | null;
  overdue: number;
}

export interface CaseChanged {
  case: Case;
  action: CaseAction | null;
  by: string | null;
  note: string;
}
export type Age = "child" | "adult";

export const COLOURS = [
  "black",
  "grey",
  "white",
  "red",
  "orange",
  "yellow",
  "green",
  "blue",
  "purple",
  "pink",
  "brown",
] as const;
export type Colour = (typeof COLOURS)[number];

export interface Community {
  name: string;
  latitude: number;
  longitude: number;
  time_zone: string;
}

export interface Person {
  person_id: string;
  name: string;
  role: string;
}

export interface Grid {
  grid_id: string;
  name: string;
  police_grid_id: string;
}

export interface Venue {
  venue_id: string;
  name: string;
  kind: VenueKind;
  grid_id: string;
  latitude: number;
  longitude: number;
  /** The venue's own number; null for who may not see it. */
  phone?: string | null;
}

export interface TalkGroup {
  group_id: string;
  name: string;
  kind: "all" | "venue_kind" | "grid" | "temporary" | "private";
  radio_ids: string[];
}

/** Made for one occasion; `radio_ids` are those of one's own places. */
export interface TemporaryGroup extends TalkGroup {
  kind: "temporary";
  /** All its radios. */
  radio_count: number;
  alert_id: string | null;
  opened_by: string;
  opened_at_ms: number;
  /** When it ends by itself unless somebody speaks in it; null once it is closed. */
  closes_at_ms: number | null;
}

export interface Radio {
  radio_id: string;
  venue_id: string;
  name: string;
  online: boolean;
  since_at_ms: number | null;
  heard_at_ms: number | null;
  battery: number | null;
  signal: number | null;
  /** Who signed on; of a radio to which nobody did, what it says itself. */
  holder: string | null;
  /** Null: nobody signed on. */
  holder_person_id: string | null;
  /** The holder has shifts and signed on outside them. */
  off_shift: boolean;
}

export const FINDINGS = ["real", "false_alarm", "test"] as const;
export type Finding = (typeof FINDINGS)[number];

/** A guard's call for help. */
export interface Sos {
  sos_id: string;
  radio_id: string;
  radio_name: string;
  holder: string | null;
  venue_id: string;
  venue_name: string;
  group_id: string;
  state: "open" | "cancel_asked" | "closed";
  raised_at_ms: number;
  cancel_asked_at_ms: number | null;
  closed_at_ms: number | null;
  closed_by: string | null;
  finding: Finding | null;
  note: string | null;
}

/** Never looked at, or never stored and shown, which includes the first. */
export type MaskKind = "unseen" | "unstored";

export interface Mask {
  kind: MaskKind;
  /** Parts of the picture's width and height. */
  points: readonly (readonly [x: number, y: number])[];
}

export interface Camera {
  camera_id: string;
  name: string;
  venue_id: string | null;
  latitude: number | null;
  longitude: number | null;
  heading_deg: number | null;
  view_deg: number | null;
  range_m: number | null;
  calibrated: boolean;
  /** null: the police's own. */
  owner_id: string | null;
  agreement_over: boolean;
  has_sub: boolean;
  masks: readonly Mask[];
  condition: CameraCondition;
  detail: string;
  picture: PictureCondition;
  /** It is a recording that was enrolled as a camera. */
  recording: boolean;
  /** Vision sees its pictures now. */
  looked_at: boolean;
  /** Its pictures are kept now; null: they need not be, or must not be by the owner's terms. */
  recorded: boolean | null;
  disk: "ok" | "full" | "failing" | "missing";
  /** The camera's clock less the hub's; null: it does not tell. */
  clock_offset_s: number | null;
  packets_lost: number;
  bytes_per_s: number;
  progress: number | null;
  frames_looked_at: number;
  frames_shed: number;
  sightings: number;
}

/** Of a picture or spoken message of an alert: the kept file is named by its content. */
export interface AlertMedia {
  media_id: string;
  type: string;
  bytes: number;
}

/** What the hub keeps of a picture or a voice that it was given. */
export interface Media extends AlertMedia {
  width_px: number | null;
  height_px: number | null;
  duration_s: number | null;
}

/** Why the text was not spoken although that was asked. */
export type Unspoken = "no_engine" | "too_long" | "too_slow" | "too_busy" | "failed";

/** By what somebody answered: the radio's key, a page, or the key of a telephone. */
export type Via = "radio" | "page" | "phone";

export interface Delivery {
  radio_id: string;
  venue_id: string;
  state: DeliveryState;
  queued_at_ms: number | null;
  sent_at_ms: number | null;
  delivered_at_ms: number | null;
  /** Its tone has sounded, or its screen showed it; a radio may leave that out. */
  played_at_ms: number | null;
  acknowledged_at_ms: number | null;
  /** Who pressed, where it was elsewhere than at the radio. */
  acknowledged_by: string | null;
  acknowledged_via: Via | null;
  reported_at_ms: number | null;
  answer: Answer | null;
  report_text: string | null;
  attempts: number;
}

/**
 * `id` names a group, radio or venue; `ids` the venues of `venues`, and of a shape once the hub has settled it; `points` are
 * the corners of a polygon or path, latitude and longitude, and `within_m` says how far beside a path.
 */
export interface AlertTarget {
  kind: "all" | "group" | "radio" | "venue" | "venues" | "polygon" | "path";
  id: string | null;
  ids?: readonly string[];
  points?: readonly (readonly [number, number])[];
  within_m?: number | null;
}

/** Characters of the text of an alert, of its end, and of a report on it. */
export const MOST_TEXT = 500;

export interface Alert {
  alert_id: string;
  text: string;
  severity: Severity;
  status: AlertStatus;
  target: AlertTarget;
  case_id: string | null;
  issued_at_ms: number;
  expires_at_ms: number;
  issued_by: string;
  /** The earlier alert that is over by this one. */
  cancels: string | null;
  /** The earlier alert whose place this one takes. */
  updates: string | null;
  /** The alert that took the place of this one. */
  updated_to: string | null;
  picture: AlertMedia | null;
  speech: AlertMedia | null;
  unspoken: Unspoken | null;
  /** The alert that this one was made for: to ask a neighbour to go and look. */
  errand_of: string | null;
  cancelled_at_ms: number | null;
  cancelled_by: string | null;
  deliveries: Delivery[];
}

export const PATTERNS = ["plain", "striped", "checked", "printed"] as const;
export type Pattern = (typeof PATTERNS)[number];
export const MOVEMENTS = ["standing", "towards", "away", "left", "right"] as const;
export type Movement = (typeof MOVEMENTS)[number];
/** The parts of a description that are compared. */
export type SearchField =
  | "upper"
  | "lower"
  | "upper_pattern"
  | "height"
  | "age"
  | "backpack"
  | "head_wear"
  | "movement"
  | "heading"
  | "accompanied"
  | "like";

export interface Description {
  upper: Colour[];
  lower: Colour[];
  height_m: number | null;
  height_tolerance_m: number | null;
  age: Age | null;
  upper_pattern?: Pattern[];
  backpack?: boolean | null;
  head_wear?: boolean | null;
  movement?: Movement | null;
  heading_deg?: number | null;
  accompanied?: boolean | null;
  weights?: Partial<Record<SearchField, number>> | null;
}

/** What somebody looks like to one describer; `stripes`: what that was made of, for describers that come later. */
export interface Appearance {
  describer: string;
  descriptor: string;
  stripes?: { measure: string; numbers: string } | null;
}

/** Within a walk of a venue or a point: of so many metres, or as far as a child who left there then. */
export interface Near {
  venue_id?: string | null;
  latitude?: number | null;
  longitude?: number | null;
  within_m?: number | null;
  since_at_ms?: number | null;
}

export interface Query {
  text?: string;
  description?: Partial<Description>;
  since_at_ms?: number | null;
  until_at_ms?: number | null;
  camera_ids?: string[];
  venue_ids?: string[];
  near?: Near;
  like_sighting_id?: string | null;
  like?: readonly Appearance[];
  limit?: number;
}

export interface Watch {
  watch_id: string;
  case_id: string;
  query: Query;
  words: string;
  started_at_ms: number;
  ended_at_ms: number | null;
}

export interface Case {
  case_id: string;
  title: string;
  standing: Standing;
  purpose: string;
  opened_at_ms: number;
  opened_by: string;
  closed_at_ms: number | null;
  outcome: string | null;
  last_seen_at_ms: number | null;
  last_seen_venue_id: string | null;
  description: Description | null;
  watches: Watch[];
}

export interface SightingSummary {
  sighting_id: string;
  camera_id: string;
  venue_id: string | null;
  started_at_ms: number;
  ended_at_ms: number;
  ended: boolean;
  upper: { colour: Colour; weight: number }[];
  lower: { colour: Colour; weight: number }[];
  height_m: number | null;
  height_error_m: number | null;
  child: number | null;
  picture_url: string;
  /** From here on what hits in older events do not tell. */
  upper_pattern?: { pattern: Pattern; weight: number }[];
  bags?: { bag: "backpack" | "handbag" | "suitcase"; likelihood: number }[];
  head_wear?: number | null;
  movement?: Movement | null;
  heading_deg?: number | null;
  speed_mps?: number | null;
  companions?: string[];
}

export interface HitPart {
  field: SearchField;
  score: number;
  words: string;
  words_en: string;
}

export interface Hit {
  rank: number;
  score: number;
  sighting: SightingSummary;
  parts: HitPart[];
  verdict?: "confirmed" | "rejected" | null;
  /** Looks like a rejected one. */
  doubted?: boolean;
}

export interface SearchAnswer {
  query: Query;
  words: string;
  words_en: string;
  search_ms: number;
  coverage: {
    cameras_searched: number;
    /** At some time asked for; ``is_now``: now as well. */
    cameras_off_line: { camera_id: string; since_at_ms: number | null; is_now?: boolean; spans_ms?: [number, number][] }[];
    sightings_not_comparable?: number;
    cameras_masked?: { camera_id: string; share: number }[];
    hours_deleted?: number;
    /** Live cameras whose picture could not be seen with, once for each way it was bad. */
    cameras_unclear?: { camera_id: string; picture: Exclude<PictureCondition, "clear">; is_now: boolean; spans_ms: [number, number][] }[];
    /** Of all looks due in the time asked the share left out for want of processor time, and where many. */
    looks_shed_share?: number | null;
    cameras_shed?: { camera_id: string; share: number; spans_ms: [number, number][] }[];
    sightings_considered: number;
  };
  hits: Hit[];
  /** Left out of the hits. */
  rejected?: number;
}

export interface PhotoBox {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

export interface PhotoAnswer {
  /** The largest first. */
  people: (PhotoBox & { likelihood: number })[];
  person: {
    like: Appearance[];
    description: Description;
    body: "whole" | "upper" | "lower" | "part";
    words: string;
    words_en: string;
  } | null;
}

export interface DescribeAnswer {
  description: Description;
  since_at_ms: number | null;
  until_at_ms: number | null;
  venue_ids: string[];
  near: Near | null;
  words: string;
  words_en: string;
  not_understood: string[];
}

/** The whole picture at one event number: `GET /api/state`. */
export interface RoomPicture {
  number: number;
  now_at_ms: number;
  community: Community;
  me: Person;
  police_grids: { police_grid_id: string; name: string }[];
  grids: Grid[];
  venues: Venue[];
  groups: TalkGroup[];
  sos: Sos[];
  /** For the police room alone. */
  found: Found[];
  /** How the way out to telephones stands; null for who is not of the police room. */
  fallback?: DoorStanding | null;
  radios: Radio[];
  cameras: Camera[];
  alerts: Alert[];
  cases: Case[];
  /** What the police room may do to a case in each stage, beside closing it. */
  case_actions: Partial<Record<CaseStage, CaseAction[]>>;
  missing_children: MissingChild[];
}
