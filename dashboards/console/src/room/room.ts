// The room as the console holds it: the hub's picture, indexed, plus what the feed has told since.
import type { DoorStanding } from "../fallback/types";
import type { Found } from "../found/hub";
import { allFound } from "../found/known";
import type { MissingChild } from "../missing/types";
import type { BurstBody, Item, ReportBody } from "./items";
import type {
  Alert,
  Camera,
  Case,
  Community,
  Delivery,
  Grid,
  Hit,
  Person,
  Radio,
  RoomPicture,
  Sos,
  TalkGroup,
  Venue,
} from "./types";

/** Bounds: the oldest entry leaves when a list is full. */
export const MAX_EVENTS = 500;
export const MAX_BURSTS = 100;
export const MAX_WATCH_HITS = 100;
export const MAX_REPORTS = 200;

/** An alert with its deliveries by radio, so that a change of one finds it at once. */
export interface AlertRecord extends Omit<Alert, "deliveries"> {
  deliveries: ReadonlyMap<string, Delivery>;
}

export interface Burst extends BurstBody {
  started_at_ms: number;
  ended: boolean;
}

export interface ReportRecord extends ReportBody {
  number: number;
  at_ms: number;
}

export interface WatchHit {
  number: number;
  at_ms: number;
  case_id: string;
  watch_id: string;
  hit: Hit;
  /** At most so many others fit the watch since its last hit and are not told. */
  left_out?: number;
}

export interface Room {
  readonly number: number;
  readonly community: Community;
  readonly me: Person;
  readonly grids: ReadonlyMap<string, Grid>;
  readonly venues: ReadonlyMap<string, Venue>;
  readonly groups: readonly TalkGroup[];
  /** Those that are not closed, oldest first. */
  readonly sos: readonly Sos[];
  /** Who says that the child is with them, and what is not closed yet; real ones before an exercise's, newest first. */
  readonly found: readonly Found[];
  readonly fallback?: DoorStanding | null;
  readonly radios: ReadonlyMap<string, Radio>;
  readonly cameras: ReadonlyMap<string, Camera>;
  readonly alerts: ReadonlyMap<string, AlertRecord>;
  readonly cases: ReadonlyMap<string, Case>;
  readonly caseActions: RoomPicture["case_actions"];
  /** By case; over or not, while the case is open. */
  readonly missingChildren: ReadonlyMap<string, MissingChild>;
  /** Newest first. */
  readonly events: readonly Item[];
  readonly bursts: readonly Burst[];
  readonly reports: readonly ReportRecord[];
  readonly watchHits: readonly WatchHit[];
}

/** Whether it asks for something: a cancelling has no board of its own. */
export const isBoard = (alert: Alert): boolean => alert.cancels === null;

export function alertRecord(alert: Alert): AlertRecord {
  return { ...alert, deliveries: new Map(alert.deliveries.map((one) => [one.radio_id, one])) };
}

/**
 * The room at the picture's number; what the feed told after the picture `before`, and no picture repeats, is kept.
 * A picture with a lower number is of a log that began anew: nothing told before has a place in it.
 */
export function roomFromPicture(picture: RoomPicture, before?: Room): Room {
  const kept = before !== undefined && before.number <= picture.number ? before : undefined;
  return {
    number: picture.number,
    community: picture.community,
    me: picture.me,
    grids: new Map(picture.grids.map((one) => [one.grid_id, one])),
    venues: new Map(picture.venues.map((one) => [one.venue_id, one])),
    groups: picture.groups,
    sos: picture.sos,
    found: allFound(picture.found),
    fallback: picture.fallback ?? null,
    radios: new Map(picture.radios.map((one) => [one.radio_id, one])),
    cameras: new Map(picture.cameras.map((one) => [one.camera_id, one])),
    alerts: new Map(picture.alerts.filter(isBoard).map((one) => [one.alert_id, alertRecord(one)])),
    cases: new Map(picture.cases.map((one) => [one.case_id, one])),
    caseActions: picture.case_actions,
    missingChildren: new Map(picture.missing_children.map((one) => [one.case_id, one])),
    events: kept?.events ?? [],
    bursts: kept?.bursts ?? [],
    reports: kept?.reports ?? [],
    watchHits: kept?.watchHits ?? [],
  };
}

/** The name of a person the picture knows, else the identifier. */
export function personName(room: Room, personId: string): string {
  return room.me.person_id === personId ? room.me.name : personId;
}
