// Whether somebody is signed in at this browser, who, and what they may do.
import { create } from "zustand";

import { recall, remember } from "../browser/memory";
import { HubError, onSignedOut, SIGN_IN_NEEDED } from "../room/ask";
import { sessionHub } from "./hub";
import { keepSession } from "./keep";
import type { Credentials, Person, Right, SessionView } from "./types";

/** `asking` until the hub has said whether this browser holds a session. */
export type Phase = "asking" | "out" | "in";

interface SessionStore {
  phase: Phase;
  /** Who is signed in, or was until the session ended: what they wrote is still on the screen. */
  person: Person | null;
  rights: readonly Right[];
  /** By the hub's clock; null when nobody is signed in. */
  expiresAtMs: number | null;
}

const NOBODY: SessionStore = { phase: "asking", person: null, rights: [], expiresAtMs: null };
/** Where this browser keeps the account name that signed in last. */
export const ACCOUNT_KEPT_AS = "qianshao.account";
/** Where it keeps who is signed in, with their rights: no secret, and gone when the hub says that nobody is. */
const SESSION_KEPT_AS = "qianshao.session";
/** A page opens alone for so long after the hub's last word: a session lasts no longer. */
const OPENS_ALONE_MS = 12 * 3_600_000;
const ASK_AGAIN_MS = 2_000;

export const useSession = create<SessionStore>(() => NOBODY);

/** True where the person signed in has the right somewhere. */
export function useMay(right: Right): boolean {
  return useSession((session) => session.rights.includes(right));
}

/** What the browser does for the session; passed in, so that a test can be the browser. */
export interface Browser {
  /** Calls back when the page is looked at again after it was hidden or asleep; returns how to stop that. */
  onWake: (tell: () => void) => () => void;
  /** Signing in ends this browser's session before: its other windows are told, and told of. */
  tellOtherWindows: () => void;
  onSignedInElsewhere: (tell: () => void) => () => void;
  /** Loads the page anew: nothing of the person before stays in it. */
  startAfresh: () => void;
  /** Whether the page opens without a connection, for whom the hub knew here last. */
  opensAlone?: boolean;
}

let startAfresh = (): void => undefined;
let tellOtherWindows = (): void => undefined;
let look = (): void => undefined;
/** Signing out: what the hub refuses from here on is no reason to ask for a password on a page about to be loaded anew. */
let leaving = false;

/** Learn who is signed in and keep the session while the page lives; the returned function ends that. */
export function openSession(browser: Browser): () => void {
  ({ startAfresh, tellOtherWindows } = browser);
  leaving = false;
  onSignedOut(() => {
    forget();
    if (!leaving) useSession.setState({ phase: "out" });
  });
  let retry: ReturnType<typeof setTimeout> | undefined;
  look = () => {
    clearTimeout(retry);
    sessionHub
      .current()
      .then(arrive, isNobody)
      .catch(() => {
        if (browser.opensAlone === true) recallSession();
        retry = setTimeout(look, ASK_AGAIN_MS);
      });
  };
  look();
  const letGo = keepSession({
    // Another window of this browser may have signed in meanwhile: signed out, waking looks for that.
    refresh: async () => {
      const { phase } = useSession.getState();
      if (phase === "in") arrive(await sessionHub.refresh());
      if (phase === "out") await sessionHub.current().then(arrive, isNobody);
    },
    onWake: browser.onWake,
  });
  const stopHearing = browser.onSignedInElsewhere(look);
  return () => {
    clearTimeout(retry);
    letGo();
    stopHearing();
  };
}

/** That nobody is signed in is an answer; every other failure is raised again. */
function isNobody(error: unknown): void {
  if (!(error instanceof HubError && error.code === SIGN_IN_NEEDED)) throw error;
}

/**
 * Take the session that the hub gave: the same person goes on with what is on the screen; another, or the same with
 * another role or other places, begins afresh.
 */
export function arrive(view: SessionView): void {
  remember(SESSION_KEPT_AS, JSON.stringify({ view, known_at_ms: Date.now() }));
  const before = useSession.getState().person;
  if (before !== null && !seesTheSame(before, view.person)) {
    startAfresh();
    return;
  }
  useSession.setState({ phase: "in", person: view.person, rights: view.rights, expiresAtMs: view.expires_at_ms });
}

const forget = (): void => void remember(SESSION_KEPT_AS, "null");

/** Show the page to whom the hub knew here last; whether their session holds, the hub says once it is reached. */
function recallSession(): void {
  if (useSession.getState().person !== null) return;
  const kept = JSON.parse(recall(SESSION_KEPT_AS) ?? "null") as { view: SessionView; known_at_ms: number } | null;
  if (kept === null || Date.now() - kept.known_at_ms > OPENS_ALONE_MS) return;
  const { person, rights, expires_at_ms } = kept.view;
  useSession.setState({ person, rights, expiresAtMs: expires_at_ms });
}

function seesTheSame(one: Person, other: Person): boolean {
  const seen = ({ person_id, role, places }: Person): string =>
    JSON.stringify([person_id, role, places.map((place) => `${place.kind}/${place.place_id ?? ""}`).sort()]);
  return seen(one) === seen(other);
}

/** Sign in; raises HubError with the hub's words when it does not let them in. */
export async function signIn(credentials: Credentials): Promise<void> {
  const view = await sessionHub.signIn(credentials);
  remember(ACCOUNT_KEPT_AS, view.person.person_id);
  tellOtherWindows();
  arrive(view);
}

/** The account that signed in here last. */
export function lastAccount(): string {
  return recall(ACCOUNT_KEPT_AS) ?? "";
}

/** End the session and clear the screen of everything this person saw. Raises HubError when the hub cannot be told. */
export async function signOut(): Promise<void> {
  leaving = true;
  try {
    await sessionHub.signOut().catch(isNobody);
  } catch (error) {
    leaving = false;
    throw error;
  }
  forget();
  startAfresh();
}

/**
 * The hub closed a websocket because its session ended, or because what its person may see changed: ask which. Until
 * the hub says, no line is open and the screen stays.
 */
export function lineRefused(): void {
  useSession.setState({ phase: "asking" });
  look();
}

/** Go to the sign-in although the session still holds: its time is nearly over. */
export function signInAgain(): void {
  useSession.setState({ phase: "out" });
}

/** Close code of docs/api.md: whose websocket this is has no session any more, or other rights than at its beginning. */
export const LINE_REFUSED = 4401;
