// The procedure's part of the hub's HTTP interface.
import { ask, part } from "../room/ask";
import type { AlertStatus, Media } from "../room/types";
import type { Known, MissingChild, SwitchedStep } from "./types";

/** What somebody tells; each of it may be missing. */
export type Told = Partial<Pick<Known, "description_text" | "height_cm" | "photo" | "last_seen" | "last_seen_at_ms">>;

const at = (caseId: string, rest = ""): string => `/api/missing-children/${part(caseId)}${rest}`;

export const missingHub = {
  start: (told: Told & { status: AlertStatus }, key: string) =>
    ask<MissingChild>("POST", "/api/missing-children", told, { "Idempotency-Key": key }),
  learn: (caseId: string, told: Told) => ask<MissingChild>("PATCH", at(caseId), told),
  setStep: (caseId: string, step: SwitchedStep, on: boolean) => ask<MissingChild>("POST", at(caseId, `/steps/${step}`), { on }),
  judge: (caseId: string, evidenceId: string, verdict: "confirmed" | "rejected") =>
    ask<MissingChild>("PUT", at(caseId, `/evidence/${part(evidenceId)}`), { verdict }),
  goBeyond: (caseId: string, go: boolean) => ask<MissingChild>("POST", at(caseId, "/beyond"), { go }),
  foundOtherwise: (caseId: string, note: string) => ask<MissingChild>("POST", at(caseId, "/found"), { note }),
  bringPhoto: (photo: Blob) => ask<Media>("POST", "/api/media", photo),
};

export const reportUrl = (caseId: string): string => at(caseId, "/report");
export const capUrl = (caseId: string): string => at(caseId, "/cap");
