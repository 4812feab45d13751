// The timeline of a case, read once and then on from where it ends whenever something happens that may belong to it.
import { useEffect, useRef, useState } from "react";

import { useRoom, useStore } from "../room/store";
import type { Item } from "../room/items";
import { deskHub } from "./hub";
import type { Timeline } from "./types";

type Sum = Timeline["alerts"][number];

/** What comes again and again and is in no timeline does not have it read anew. */
const NEVER = new Set(["delivery.changed", "camera.changed", "radio.online", "radio.offline", "burst.started", "missing_child.changed"]);
/** Gathers what happens together. */
const SOON_MS = 300;
/** Guards answer one after another: how far an alert came is asked once in this time at most. */
const SUMS_EVERY_MS = 1_000;

export function useTimeline(caseId: string): { items: readonly Item[]; sums: ReadonlyMap<string, Sum>; failure: unknown } {
  const [read, setRead] = useState<{ items: readonly Item[]; sums: ReadonlyMap<string, Sum> }>({ items: [], sums: new Map() });
  const [failure, setFailure] = useState<unknown>(null);
  const newest = useRoom((room) => room.events.find((item) => !NEVER.has(item.kind))?.number ?? 0, 0);
  const last = read.items.at(-1)?.number ?? 0;
  useEffect(() => {
    let isOver = false;
    const timer = setTimeout(() => {
      deskHub.timeline(caseId, last).then(
        (page) => {
          if (isOver) return;
          setFailure(null);
          if (page.items.length === 0) return;
          setRead((known) => ({
            items: [...known.items, ...page.items.filter((item) => item.number > (known.items.at(-1)?.number ?? 0))],
            sums: new Map([...known.sums, ...page.alerts.map((sum) => [sum.alert_id, sum] as const)]),
          }));
        },
        (error: unknown) => isOver || setFailure(error),
      );
    }, SOON_MS);
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [caseId, newest, last]);
  useLiveSums(caseId, read.items, (sums) => setRead((known) => ({ ...known, sums: new Map([...known.sums, ...sums]) })));
  return { ...read, failure };
}

/** Asks anew how far those alerts came whose deliveries changed. */
function useLiveSums(caseId: string, items: readonly Item[], keep: (sums: readonly (readonly [string, Sum])[]) => void): void {
  const seen = useRef(0);
  const changed = useRoom((room) => room.events.find((item) => item.kind === "delivery.changed")?.number ?? 0, 0);
  const kept = useRef(keep);
  useEffect(() => {
    kept.current = keep;
  });
  useEffect(() => {
    if (changed <= seen.current) return;
    const timer = setTimeout(() => {
      const events = useStore.getState().room?.events ?? [];
      const about = new Set(events.filter((item) => item.kind === "delivery.changed" && item.number > seen.current).map((item) => item.subject));
      seen.current = changed;
      for (const item of items) {
        if (item.kind !== "alert.issued" || !about.has(item.subject)) continue;
        deskHub.sumsAfter(caseId, item.number - 1).then(
          (page) => kept.current(page.alerts.map((sum) => [sum.alert_id, sum] as const)),
          () => undefined, // asked again with the next answer
        );
      }
    }, SUMS_EVERY_MS);
    return () => clearTimeout(timer);
  }, [caseId, changed, items]);
}
