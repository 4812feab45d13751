// The missing-child procedure as docs/api.md writes it; times are milliseconds since 1970 UTC.
import type { AlertStatus, Description } from "../room/types";

export const SWITCHED = ["search", "watch", "alert", "exits", "evidence"] as const;
export type SwitchedStep = (typeof SWITCHED)[number];
export type StepName = SwitchedStep | "beyond" | "found";
export type StepState = "waiting" | "running" | "done" | "off" | "failed";

export interface Step {
  name: StepName;
  state: StepState;
  since_at_ms: number;
  why: string | null;
  why_en: string | null;
}

export interface SeenPlace {
  venue_id?: string | null;
  latitude?: number | null;
  longitude?: number | null;
}

export interface Known {
  description_text: string;
  description: Description | null;
  height_cm: number | null;
  photo: string | null;
  last_seen: SeenPlace | null;
  last_seen_at_ms: number | null;
}

export type EvidenceKind = "told" | "seen" | "with_me" | "sighting";
export type EvidenceState = "stands" | "sure" | "doubted" | "rejected";

export interface Evidence {
  evidence_id: string;
  kind: EvidenceKind;
  state: EvidenceState;
  at_ms: number;
  latitude: number;
  longitude: number;
  venue_id: string | null;
  camera_id: string | null;
  by: string | null;
  text: string;
}

/** From here she walks on; she is within max(least_m, pace_mps x time), and alerts run lead_s ahead of her. */
export interface Front {
  evidence_id: string;
  latitude: number;
  longitude: number;
  at_ms: number;
  pace_mps: number;
  lead_s: number;
  least_m: number;
}

export interface AlertSent {
  alert_id: string;
  order: "watch" | "go" | "stay" | "beyond";
  venue_ids: string[];
  evidence_id: string | null;
  at_ms: number;
}

export interface MissingChild {
  case_id: string;
  status: AlertStatus;
  started_at_ms: number;
  started_by: string;
  known: Known;
  steps: Step[];
  evidence: Evidence[];
  fronts: Front[];
  alerts: AlertSent[];
  next_venues: { venue_id: string; walk_m: number; due_at_ms: number }[];
  hits: { sighting_id: string; at_ms: number }[];
  search_hits: number | null;
  first_hit_at_ms: number | null;
  watch_id: string | null;
  beyond_proposed_at_ms: number | null;
  beyond_decided_at_ms: number | null;
  beyond: boolean | null;
  found_ids: string[];
  found_id: string | null;
  ended_at_ms: number | null;
  ended_by: string | null;
  was_found: boolean | null;
  is_cleared: boolean;
}
