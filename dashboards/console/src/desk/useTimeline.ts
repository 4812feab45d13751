// The timeline of a case, read once and then on from where it ends whenever something happens that may belong to it.
import { useEffect, useState } from "react";

import { useRoom } from "../room/store";
import type { Item } from "../room/items";
import { deskHub } from "./hub";
import type { Timeline } from "./types";

type Sum = Timeline["alerts"][number];

/** What comes again and again and is in no timeline does not have it read anew. */
const NEVER = new Set(["delivery.changed", "camera.changed", "radio.online", "radio.offline", "burst.started", "missing_child.changed"]);
/** Gathers what happens together. */
const SOON_MS = 300;

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
  return { ...read, failure };
}
