// The open asks, read anew when the feed tells of one; which of them is chosen; whether an order is being written.
import { useEffect, useMemo } from "react";
import { create } from "zustand";

import { detach } from "../alerts/attachments";
import type { Item } from "../room/items";
import { useRoom } from "../room/store";
import { useMay } from "../session/store";
import { responseHub } from "./hub";
import type { Ask } from "./types";

interface ResponseDesk {
  asks: readonly Ask[];
  failure: unknown;
  chosenId: string | null;
  /** The order that is being written: a new one, or one that passes on a directive. */
  writing: { passesOn: Ask | null } | null;
}

export const useResponse = create<ResponseDesk>(() => ({ asks: [], failure: null, chosenId: null, writing: null }));

export const chooseAsk = (chosenId: string | null): void => useResponse.setState({ chosenId });
export const beginOrder = (passesOn: Ask | null): void => useResponse.setState({ writing: { passesOn } });

export function endOrder(): void {
  detach("orderPicture");
  useResponse.setState({ writing: null });
}

const NO_EVENTS: readonly Item[] = [];
/** What the feed tells within so long is read with one call. */
const GATHERED_MS = 200;

/** The number of the latest event about an ask; another number: read anew. */
function useLatestTold(): number {
  const events = useRoom((room) => room.events, NO_EVENTS);
  return useMemo(() => events.find((item) => item.kind.startsWith("ask."))?.number ?? 0, [events]);
}

/** Keep the open asks as the hub has them, as long as this is shown. */
export function useFollowedAsks(): void {
  const may = useMay("direct");
  const told = useLatestTold();
  useEffect(() => {
    if (!may) return undefined;
    const timer = setTimeout(() => {
      responseHub.open().then(
        (asks) => useResponse.setState({ asks, failure: null }),
        (failure: unknown) => useResponse.setState({ failure }),
      );
    }, GATHERED_MS);
    return () => clearTimeout(timer);
  }, [may, told]);
}

/** Read now: after a press of one's own. */
export async function readAsks(): Promise<void> {
  useResponse.setState({ asks: await responseHub.open() });
}
