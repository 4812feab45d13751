// Keeps the paths up to date while the room is open: with each search, each word said elsewhere, each hit of a watch.
import { useEffect } from "react";

import { useOpenCase } from "../cases/store";
import type { Item } from "../room/items";
import { hubNowMs, useStore } from "../room/store";
import { forgetClosedCases } from "../search/forgetting";
import { rankAgain, useSearchStore } from "../search/store";
import { useMay } from "../session/store";
import { renewedAfterMs } from "./shown";
import { findPath, forgetPath, lookFor, pathOf, renewReach, usePath } from "./store";

const LOOK_MS = 1_000;
/** Each finding is a search, which is audited. */
export const EVERY_MS = 5_000;

/** Cases of which the events tell something that their path must heed. `events` are newest first, those after `since` count. */
export function toldOf(events: readonly Item[], since: number): ReadonlySet<string> {
  const cases = new Set<string>();
  for (const item of events) {
    if (item.number <= since) break;
    if (item.kind === "watch.hit") cases.add(item.body.case_id);
    if (item.kind === "path.marked" && !isHeeded(item.body)) cases.add(item.body.case_id);
  }
  return cases;
}

/** Cases in which somebody elsewhere said yes or no to a sighting. */
export function markedOf(events: readonly Item[], since: number): ReadonlySet<string> {
  const cases = new Set<string>();
  for (const item of events) {
    if (item.number <= since) break;
    if (item.kind === "path.marked" && !isHeeded(item.body)) cases.add(item.body.case_id);
  }
  return cases;
}

/** Whether it was said here, or the answer knows it already. */
function isHeeded({ case_id, sighting_id, verdict }: { case_id: string; sighting_id: string; verdict: string | null }): boolean {
  const { said, answer } = pathOf(case_id);
  if (said.get(sighting_id) === verdict) return true;
  const known = answer?.marks.find((mark) => mark.sighting_id === sighting_id)?.verdict ?? null;
  return answer !== null && !said.has(sighting_id) && known === verdict;
}

/** Finds the path of a case at once, and again no sooner than EVERY_MS: a watch in a busy street tells of many. */
export class Pacer {
  private readonly timers = new Map<string, ReturnType<typeof setTimeout>>();
  private readonly wanted = new Set<string>();
  private isStopped = false;

  constructor(private readonly find: (caseId: string) => void) {}

  want(caseId: string): void {
    if (this.isStopped) return;
    if (this.timers.has(caseId)) this.wanted.add(caseId);
    else this.go(caseId);
  }

  stop(): void {
    this.isStopped = true;
    for (const timer of this.timers.values()) clearTimeout(timer);
  }

  private go(caseId: string): void {
    this.find(caseId);
    const rested = (): void => {
      this.timers.delete(caseId);
      if (this.wanted.delete(caseId)) this.go(caseId);
    };
    this.timers.set(caseId, setTimeout(rested, EVERY_MS));
  }
}

function followPaths(): () => void {
  const pacer = new Pacer((caseId) => void findPath(caseId));
  const leaveSearch = useSearchStore.subscribe(({ searches }, before) => {
    for (const [caseId, { answer, answers }] of searches) {
      if (answer === null || answers === (before.searches.get(caseId)?.answers ?? 0)) continue;
      if (answer.hits.length > 0) lookFor(caseId, answer.query);
      else forgetPath(caseId);
    }
  });
  const leaveRoom = useStore.subscribe(({ room }, { room: before }) => {
    if (room === null || before === null || room.number === before.number) return;
    const marked = markedOf(room.events, before.number);
    for (const caseId of toldOf(room.events, before.number)) {
      if (marked.has(caseId)) void rankAgain(caseId).then(() => pacer.want(caseId));
      else pacer.want(caseId);
    }
  });
  const leaveClosed = forgetClosedCases();
  return () => {
    leaveClosed();
    leaveSearch();
    leaveRoom();
    pacer.stop();
  };
}

/** Follow the paths as long as the page shows the room to somebody who may search. */
export function useFollowedPaths(isIn: boolean): void {
  const searches = useMay("search_footage");
  useEffect(() => (isIn && searches ? followPaths() : undefined), [isIn, searches]);
  const caseId = useOpenCase()?.case_id ?? null;
  const hasPath = usePath(caseId).answer !== null;
  useEffect(() => {
    if (!isIn || caseId === null || !hasPath) return undefined;
    let askedAtMs = 0;
    const timer = setInterval(() => {
      const { reach } = pathOf(caseId);
      const now = hubNowMs();
      const dueMs = reach === null ? 0 : renewedAfterMs(reach);
      if (document.visibilityState !== "visible" || now - Math.max(askedAtMs, reach?.now_at_ms ?? 0) < Math.max(dueMs, EVERY_MS)) return;
      askedAtMs = now;
      void renewReach(caseId);
    }, LOOK_MS);
    return () => clearInterval(timer);
  }, [isIn, caseId, hasPath]);
}

