// The casebook as docs/api.md writes it.
import type { Item } from "../room/items";
import type { Role } from "../session/types";

export interface Timeline {
  items: Item[];
  alerts: { alert_id: string; radios: number; acknowledged: number; reported: number }[];
  next: number | null;
}

export interface CaseOwner {
  person_id: string;
  name: string;
  role: Role;
}

export interface Summary {
  case_id: string;
  title: string;
  words: string;
  words_en: string;
}

export interface Note {
  case_id: string;
  text: string;
  pictures: string[];
  by: string;
  name: string;
}

export const DISPUTE_CLASSES = ["family", "neighbours", "property", "labour", "other"] as const;
export type DisputeClass = (typeof DISPUTE_CLASSES)[number];
export const ROUTES = ["police", "people", "professional", "judicial"] as const;
export type Route = (typeof ROUTES)[number];

/** What was done about a dispute. */
export interface Mediated {
  case_id: string;
  what: "class_set" | "begun" | "ended" | "visited";
  by: string;
  name: string;
  dispute_class: DisputeClass;
  mediator: string | null;
  route: Route | null;
  good: boolean | null;
  text: string;
}

/** No classes, no grids: all. */
export interface NewMediator {
  name: string;
  organisation: string;
  route: Route;
  classes: DisputeClass[];
  grid_ids: string[];
  phone: string;
}

export interface Mediator extends NewMediator {
  mediator_id: string;
}

export interface Attempt {
  mediator_id: string;
  name: string;
  route: Route;
  begun_at_ms: number;
  appointed_at_ms: number | null;
  /** Null while it goes on. */
  agreed: boolean | null;
  text: string;
}

export interface Mediation {
  case_id: string;
  dispute_class: DisputeClass;
  attempts: Attempt[];
  visits: { at_ms: number; by: string; solved: boolean; text: string }[];
  /** The best first. */
  proposals: { mediator: Mediator; why: string; why_en: string; going: number }[];
}
