// Exports of footage as the hub tells them (hub/footage/exports/messages.py).

export type ExportState = "waiting" | "running" | "done" | "failed" | "deleted";
export type Cut = "key" | "exact";
export type Blur = "others" | "all_but_sought" | "none";

export interface ExportMade {
  sha256: string;
  duration_s: number;
  width_px: number;
  height_px: number;
  pictures: number;
  not_decoded: number;
  breaks: number;
  gaps: readonly (readonly [number, number])[];
  hidden: number;
  not_looked_at_s: number | null;
  still_in_view: number;
  blind_s: number;
  masked: number;
}

export interface FootageExport {
  export_id: string;
  case_id: string;
  camera_id: string;
  camera_name: string;
  from_ms: number;
  until_ms: number;
  cut: Cut;
  blur: Blur;
  sought: readonly string[];
  reason: string;
  asked_by: string;
  asked_by_name: string;
  asked_at_ms: number;
  state: ExportState;
  progress: number;
  finished_at_ms: number | null;
  bytes: number | null;
  made: ExportMade | null;
  failure: { code: string; message: string; message_en: string } | null;
}
