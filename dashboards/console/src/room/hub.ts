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

/** The hub answers within milliseconds; a request still open after this long is given up, so that nobody waits for it. */
export const ANSWER_WITHIN_MS = 10_000;

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
  const stop = new AbortController();
  const takenBack = (): void => stop.abort(signal?.reason);
  signal?.addEventListener("abort", takenBack, { once: true });
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    stop.abort();
  }, ANSWER_WITHIN_MS);
  const request: RequestInit = {
    method,
    headers: { "X-Qianshao": "1", ...headers },
    signal: stop.signal,
  };
  if (body !== undefined) {
    request.headers = { ...request.headers, "Content-Type": "application/json" };
    request.body = JSON.stringify(body);
  }
  let response: Response;
  let text: string;
  try {
    response = await fetch(path, request);
    text = await response.text();
  } catch (error) {
    if (signal?.aborted) throw error;
    throw late ? unanswered() : unreachable();
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", takenBack);
  }
  if (!response.ok) throw readError(response.status, text);
  if (response.status === 204) return undefined as Value;
  try {
    return JSON.parse(text) as Value;
  } catch {
    throw unreadable(response.status);
  }
}

const unreachable = (): HubError =>
  new HubError("unreachable", "连不上主机，请检查网络后重试。", "The hub cannot be reached. Check the network and try again.", null);

const unanswered = (): HubError =>
  new HubError(
    "unanswered",
    `主机 ${ANSWER_WITHIN_MS / 1000} 秒没有回应，内容还在，请重试。`,
    `The hub did not answer within ${ANSWER_WITHIN_MS / 1000} s. What you wrote is still here: try again.`,
    null,
  );

const unreadable = (status: number): HubError =>
  new HubError(
    "unreadable",
    `收到的回答不是主机的格式（${status}），请检查网络中的代理后重试。`,
    `The answer is not one of the hub's (${status}). Check for a proxy in between and try again.`,
    null,
  );

function readError(status: number, text: string): HubError {
  let told: ErrorBody["error"];
  try {
    told = (JSON.parse(text) as ErrorBody).error;
  } catch {
    told = undefined;
  }
  return new HubError(
    told?.code ?? `http_${status}`,
    told?.message ?? `主机没有办成这件事（${status}）。`,
    told?.message_en ?? `The hub could not do this (${status}).`,
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
