// The room's part of the hub's HTTP interface, one function for each call of docs/api.md that the console makes.
import { ask, part } from "./ask";
import type { Batch } from "./items";
import type {
  Alert,
  AlertStatus,
  AlertTarget,
  Case,
  CaseKind,
  DescribeAnswer,
  Finding,
  Near,
  PhotoAnswer,
  PhotoBox,
  Query,
  RoomPicture,
  SearchAnswer,
  Severity,
  Sos,
  Watch,
} from "./types";

interface AlertWords {
  text: string;
  severity: Severity;
  target: AlertTarget;
  /** Media that the hub has; `speak` has it speak the text instead. */
  speech?: string;
  speak?: boolean;
}

export interface AlertOrder extends AlertWords {
  status: AlertStatus;
  picture?: string;
  case_id?: string;
}

/** Status and case stay; without a picture it has none. */
export interface AlertUpdate extends AlertWords {
  picture: string | null;
}

export interface CaseOrder {
  kind: CaseKind;
  title: string;
  purpose: string;
  last_seen_at_ms?: number;
  last_seen_venue_id?: string;
  description_text?: string;
}

export const hub = {
  state: () => ask<RoomPicture>("GET", "/api/state"),
  map: () => ask<GeoJSON.FeatureCollection>("GET", "/api/map"),
  events: (since: number, limit: number) => ask<Batch>("GET", `/api/events?since=${since}&limit=${limit}`),
  issueAlert: (order: AlertOrder, idempotencyKey: string) =>
    ask<Alert>("POST", "/api/alerts", order, { "Idempotency-Key": idempotencyKey }),
  updateAlert: (alertId: string, order: AlertUpdate, idempotencyKey: string) =>
    ask<Alert>("POST", `/api/alerts/${part(alertId)}/update`, order, { "Idempotency-Key": idempotencyKey }),
  cancelAlert: (alertId: string, text: string) => ask<void>("POST", `/api/alerts/${part(alertId)}/cancel`, { text }),
  closeSos: (sosId: string, finding: Finding, note: string) =>
    ask<Sos>("POST", `/api/talk/sos/${part(sosId)}/close`, { finding, note }),
  openCase: (order: CaseOrder, idempotencyKey: string) =>
    ask<Case>("POST", "/api/cases", order, { "Idempotency-Key": idempotencyKey }),
  closeCase: (caseId: string, outcome: string) => ask<Case>("POST", `/api/cases/${part(caseId)}/close`, { outcome }),
  describe: (text: string, signal: AbortSignal) => ask<DescribeAnswer>("POST", "/api/describe", { text }, {}, signal),
  search: (caseId: string, query: Query, signal?: AbortSignal) =>
    ask<SearchAnswer>("POST", `/api/cases/${part(caseId)}/search`, query, {}, signal),
  camerasNear: (near: Near, signal: AbortSignal) => ask<{ camera_ids: string[] }>("POST", "/api/cameras/near", near, {}, signal),
  lookAtPhoto: (caseId: string, photo: Blob, box: PhotoBox | null, signal?: AbortSignal) =>
    ask<PhotoAnswer>("POST", `/api/cases/${part(caseId)}/photo${box === null ? "" : `?${new URLSearchParams(sidesOf(box)).toString()}`}`, photo, {}, signal),
  startWatch: (caseId: string, query: Query) => ask<Watch>("POST", `/api/cases/${part(caseId)}/watches`, query),
  endWatch: (caseId: string, watchId: string) =>
    ask<Watch>("DELETE", `/api/cases/${part(caseId)}/watches/${part(watchId)}`),
};

const sidesOf = ({ left, top, right, bottom }: PhotoBox): Record<string, string> => ({
  left: left.toFixed(4),
  top: top.toFixed(4),
  right: right.toFixed(4),
  bottom: bottom.toFixed(4),
});
