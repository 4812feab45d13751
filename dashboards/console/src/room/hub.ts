// The hub's HTTP interface, one function for each call of docs/api.md that the console makes.
import type { Batch } from "./items";
import type {
  Alert,
  AlertTarget,
  Case,
  CaseKind,
  DescribeAnswer,
  Query,
  RoomPicture,
  SearchAnswer,
  Severity,
  Watch,
} from "./types";

/** What the hub answered instead of doing it, in both languages. */
export class HubError extends Error {
  constructor(
    readonly code: string,
    readonly message_zh: string,
    readonly message_en: string,
    readonly field: string | null,
  ) {
    super(message_en);
  }
}

interface ErrorBody {
  error?: { code?: string; message?: string; message_en?: string; field?: string | null };
}

async function ask<Value>(
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
  signal?: AbortSignal,
): Promise<Value> {
  const request: RequestInit = { method, headers: { "X-Qianshao": "1", ...headers } };
  if (signal !== undefined) request.signal = signal;
  if (body !== undefined) {
    request.headers = { ...request.headers, "Content-Type": "application/json" };
    request.body = JSON.stringify(body);
  }
  let response: Response;
  try {
    response = await fetch(path, request);
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new HubError("unreachable", "连不上主机，请检查网络后重试。", "The hub cannot be reached. Check the network and try again.", null);
  }
  if (!response.ok) throw await readError(response);
  if (response.status === 204) return undefined as Value;
  return (await response.json()) as Value;
}

async function readError(response: Response): Promise<HubError> {
  const text = await response.text();
  let told: ErrorBody["error"];
  try {
    told = (JSON.parse(text) as ErrorBody).error;
  } catch {
    told = undefined;
  }
  return new HubError(
    told?.code ?? `http_${response.status}`,
    told?.message ?? `主机没有办成这件事（${response.status}）。`,
    told?.message_en ?? `The hub could not do this (${response.status}).`,
    told?.field ?? null,
  );
}

const part = encodeURIComponent;

export interface AlertOrder {
  text: string;
  severity: Severity;
  target: AlertTarget;
  case_id?: string;
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
  openCase: (order: CaseOrder) => ask<Case>("POST", "/api/cases", order),
  closeCase: (caseId: string, outcome: string) => ask<Case>("POST", `/api/cases/${part(caseId)}/close`, { outcome }),
  describe: (text: string, signal: AbortSignal) => ask<DescribeAnswer>("POST", "/api/describe", { text }, {}, signal),
  search: (caseId: string, query: Query) => ask<SearchAnswer>("POST", `/api/cases/${part(caseId)}/search`, query),
  startWatch: (caseId: string, query: Query) => ask<Watch>("POST", `/api/cases/${part(caseId)}/watches`, query),
  endWatch: (caseId: string, watchId: string) =>
    ask<Watch>("DELETE", `/api/cases/${part(caseId)}/watches/${part(watchId)}`),
};
