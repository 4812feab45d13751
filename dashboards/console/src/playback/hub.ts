// The hub's calls about recorded footage, each within an open case.
import type { Blur, Cut, FootageExport } from "../exports/hub";
import { ask, part } from "../room/ask";

export interface Gap {
  start_ms: number;
  end_ms: number;
  reason: GapReason;
}

/** Why there is no recording (hub/footage/playback/past.py). */
export type GapReason =
  | "off_line"
  | "refused"
  | "unreadable"
  | "withheld"
  | "owner_terms"
  | "not_recorded"
  | "disk_full"
  | "disk_failing"
  | "hub_off"
  | "too_old"
  | "not_enrolled"
  | "unknown";

export interface Seen {
  sighting_id: string;
  started_at_ms: number;
  ended_at_ms: number;
}

export interface CameraPast {
  camera_id: string;
  spans: [startMs: number, endMs: number][];
  gaps: Gap[];
  /** `shares`: in base64 a byte for each step, 0 to 200, 255 where nobody looked. */
  motion: { step_ms: number; since_ms: number; shares: string } | null;
  sightings: Seen[];
  more_sightings: boolean;
  /** From when to when the case keeps what there is. */
  holds: [fromMs: number, untilMs: number][];
}

export interface ExportOrder {
  camera_id: string;
  from_ms: number;
  until_ms: number;
  cut: Cut;
  blur: Blur;
  sought: readonly string[];
  /** Needed with `blur` none alone. */
  reason: string;
}

export interface Hold {
  hold_id: string;
  camera_ids: string[];
  from_ms: number;
  until_ms: number;
  held_by: string;
}

const of = (caseId: string): string => `/api/cases/${part(caseId)}`;

export const playbackHub = {
  timeline: (caseId: string, cameraIds: readonly string[], sinceMs: number, untilMs: number) =>
    ask<{ cameras: CameraPast[] }>(
      "GET",
      `${of(caseId)}/footage/timeline?camera_ids=${part(cameraIds.join(","))}&since_ms=${Math.floor(sinceMs)}&until_ms=${Math.ceil(untilMs)}`,
    ),
  /** Records as they come, which `ask` would wait for. Raises as fetch does. */
  pictures: (caseId: string, cameraId: string, fromMs: number, untilMs: number, isTranscoded: boolean, signal: AbortSignal) =>
    fetch(
      `${of(caseId)}/footage/${part(cameraId)}/pictures?from_ms=${Math.floor(fromMs)}&until_ms=${Math.ceil(untilMs)}${isTranscoded ? "&transcode=1" : ""}`,
      { headers: { "X-Qianshao": "1" }, signal },
    ),
  exports: (caseId: string) => ask<FootageExport[]>("GET", `${of(caseId)}/exports`),
  order: (caseId: string, order: ExportOrder) => ask<FootageExport>("POST", `${of(caseId)}/exports`, order),
  remove: (caseId: string, exportId: string) => ask<void>("DELETE", `${of(caseId)}/exports/${part(exportId)}`),
  fileAddress: (caseId: string, exportId: string) => `${of(caseId)}/exports/${part(exportId)}/file`,
  holds: (caseId: string) => ask<Hold[]>("GET", `${of(caseId)}/holds`),
  release: (caseId: string, holdId: string) => ask<Hold>("DELETE", `${of(caseId)}/holds/${part(holdId)}`),
  hold: (caseId: string, cameraIds: readonly string[], fromMs: number, untilMs: number) =>
    ask<Hold>("POST", `${of(caseId)}/holds`, { camera_ids: cameraIds, from_ms: Math.floor(fromMs), until_ms: Math.ceil(untilMs) }),
};
