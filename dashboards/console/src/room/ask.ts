// One call to the hub over HTTP: it ends in time, and what goes wrong has words in both languages.

/** What the hub answered instead of doing it, in both languages. */
export class HubError extends Error {
  constructor(
    readonly code: string,
    readonly message_zh: string,
    readonly message_en: string,
    readonly field: string | null,
    /** After how many seconds the hub takes another try; null when it does not say. */
    readonly retryAfterS: number | null = null,
  ) {
    super(message_en);
  }
}

/** Whether a call that failed had no answer at all: the network may be gone. */
export const hadNoAnswer = (error: unknown): boolean =>
  !(error instanceof HubError) || error.code === "unreachable" || error.code === "unanswered";

/** The hub answers within milliseconds; a request still open after this long is given up, so that nobody waits for it. */
export const ANSWER_WITHIN_MS = 10_000;

/** The hub's word for a call that nobody signed in may make. */
export const SIGN_IN_NEEDED = "sign_in_needed";
let tellSignedOut = (): void => undefined;

/** Have `tell` called at each answer that says that nobody is signed in here any more. */
export function onSignedOut(tell: () => void): void {
  tellSignedOut = tell;
}

interface ErrorBody {
  error?: { code?: string; message?: string; message_en?: string; field?: string | null };
}

/** The answer to one call; a file goes as it is, anything else as JSON; given up after `withinMs`. Raises HubError; one that says that nobody is signed in is also told to `onSignedOut`. */
export async function ask<Value>(
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
  signal?: AbortSignal,
  withinMs: number = ANSWER_WITHIN_MS,
): Promise<Value> {
  const { status, read: text } = await answered(method, path, (response) => response.text(), body, headers, signal, withinMs);
  if (status === 204) return undefined as Value;
  try {
    return JSON.parse(text) as Value;
  } catch {
    throw unreadable(status);
  }
}

/** A file that the hub makes; given up after `withinMs`. Raises HubError as `ask` does. */
export async function askFile(path: string, withinMs: number = ANSWER_WITHIN_MS): Promise<Blob> {
  return (await answered("GET", path, (response) => response.blob(), undefined, {}, undefined, withinMs)).read;
}

async function answered<Read>(
  method: string,
  path: string,
  readAs: (response: Response) => Promise<Read>,
  body: unknown,
  headers: Record<string, string>,
  signal: AbortSignal | undefined,
  withinMs: number,
): Promise<{ status: number; read: Read }> {
  const stop = new AbortController();
  const takenBack = (): void => stop.abort(signal?.reason);
  signal?.addEventListener("abort", takenBack, { once: true });
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    stop.abort();
  }, withinMs);
  const request: RequestInit = {
    method,
    headers: { "X-Qianshao": "1", ...headers },
    signal: stop.signal,
  };
  if (body instanceof Blob) {
    request.headers = { ...request.headers, "Content-Type": body.type };
    request.body = body;
  } else if (body !== undefined) {
    request.headers = { ...request.headers, "Content-Type": "application/json" };
    request.body = JSON.stringify(body);
  }
  try {
    const response = await fetch(path, request);
    if (response.ok) return { status: response.status, read: await readAs(response) };
    const refusal = readError(response, await response.text());
    if (refusal.code === SIGN_IN_NEEDED) tellSignedOut();
    throw refusal;
  } catch (error) {
    if (error instanceof HubError) throw error;
    if (signal?.aborted) throw error;
    throw late ? unanswered(withinMs) : unreachable();
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", takenBack);
  }
}

const unreachable = (): HubError =>
  new HubError("unreachable", "连不上主机，请检查网络后重试。", "The hub cannot be reached. Check the network and try again.", null);

const unanswered = (withinMs: number): HubError =>
  new HubError(
    "unanswered",
    `主机 ${withinMs / 1000} 秒没有回应，内容还在，请重试。`,
    `The hub did not answer within ${withinMs / 1000} s. What you wrote is still here: try again.`,
    null,
  );

const unreadable = (status: number): HubError =>
  new HubError(
    "unreadable",
    `收到的回答不是主机的格式（${status}），请检查网络中的代理后重试。`,
    `The answer is not one of the hub's (${status}). Check for a proxy in between and try again.`,
    null,
  );

function readError({ status, headers }: Response, text: string): HubError {
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
    readSeconds(headers.get("Retry-After")),
  );
}

function readSeconds(text: string | null): number | null {
  const s = Number(text ?? "");
  return Number.isFinite(s) && s > 0 ? Math.ceil(s) : null;
}

/** A name as a part of an address. */
export const part = encodeURIComponent;
