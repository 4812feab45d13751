// Two-way response as docs/api.md writes it: reports that went up, whistles and directives that go down.

import type { Role } from "../session/types";

export type AskKind = "report" | "whistle" | "directive";
export type LineState = "waiting" | "taken" | "arrived" | "done" | "cannot";
export type AskPhase = "waiting" | "under_way" | "stuck" | "closed";
export type AskStep = "take" | "arrived" | "done" | "cannot";
export type Matter = "hazard" | "dispute" | "public_order" | "help" | "missing_person";
/** Who was told last that an ask is overdue. */
export type Whom = "asked" | "officers" | "room" | "chief";

export type Tally = Record<LineState, number>;

export interface Sum extends Tally {
  asked: number;
  overdue: number;
}

export interface Line {
  person_id: string;
  name: string;
  grid_id: string | null;
  state: LineState;
  state_at_ms: number;
  text: string;
  pictures: string[];
}

export interface Ask {
  ask_id: string;
  kind: AskKind;
  matter: Matter | null;
  grade: number;
  text: string;
  place: { latitude: number | null; longitude: number | null; accuracy_m: number | null; venue_id: string | null };
  /** Null: all grids. */
  grid_ids: string[] | null;
  pictures: string[];
  case_id: string | null;
  /** The directive that this one passes on. */
  passes_on: string | null;
  made_by: string;
  made_by_name: string;
  made_at_ms: number;
  phase: AskPhase;
  answer_by_ms: number;
  finish_by_ms: number | null;
  /** When it goes up next; null of a closed one. */
  deadline_ms: number | null;
  level: number;
  whom: Whom | null;
  tally: Tally;
  mine: Line | null;
  lines: Line[];
}

export interface AskSum {
  ask_id: string;
  whole: Sum;
  grids: { grid_id: string | null; sum: Sum }[];
}

/** What the events ask.made, ask.changed, ask.overdue and ask.closed tell. */
export interface AskTold {
  ask_id: string;
  kind: AskKind;
  phase: AskPhase;
  whom: Whom | null;
  sum: Sum | null;
  by: string | null;
  text: string;
  case_id: string | null;
}

/** One whom an order can name. */
export interface Answerer {
  person_id: string;
  name: string;
  role: Role;
  grid_ids: string[];
  is_on_duty: boolean;
}

export interface Order {
  text: string;
  target: { grid_ids: string[]; person_ids: string[]; everybody: boolean };
  minutes?: number;
  place?: Partial<Ask["place"]>;
  picture?: string;
  case_id?: string;
  passes_on?: string;
}
