// This person's asks: what they are to answer, and what they reported, read anew when the feed tells of one.
import { useEffect, useMemo } from "react";
import { create } from "zustand";

import { ask } from "../../../console/src/room/ask";
import type { Item } from "../../../console/src/room/items";
import { useRoom } from "../../../console/src/room/store";
import type { Ask } from "../../../console/src/response/types";
import { useSession } from "../../../console/src/session/store";
import { playTone } from "../../../console/src/talk/audio";
import { useTalk } from "../../../console/src/talk/store";
import { useAnswers } from "../answers/store";
import { vibrate } from "../talk/signals";
import { waitingFor } from "./standing";

const MOST_SHOWN = 30;
const AGAIN_MS = 5_000;
const REMIND_MS = 8_000;
/** Two minutes; by then it goes up. */
const MOST_REMINDERS = 15;
const NO_EVENTS: readonly Item[] = [];

export const useTasks = create<{ asks: readonly Ask[] }>(() => ({ asks: [] }));

/** Keep them as the hub has them, as long as this is shown: after each event, each of one's own presses that left, and each line. */
export function useFollowedTasks(): void {
  const isIn = useSession((session) => session.phase === "in");
  const events = useRoom((room) => room.events, NO_EVENTS);
  const told = useMemo(() => events.find((item) => item.kind.startsWith("ask."))?.number ?? 0, [events]);
  const kept = useAnswers((store) => store.kept.length);
  useEffect(() => {
    if (!isIn) return undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let ended = false;
    const read = (): void => {
      ask<{ asks: Ask[] }>("GET", `/api/asks?mine=true&limit=${MOST_SHOWN}`).then(
        ({ asks }) => {
          if (!ended) useTasks.setState({ asks });
        },
        () => {
          if (!ended) timer = setTimeout(read, AGAIN_MS);
        },
      );
    };
    read();
    return () => {
      ended = true;
      clearTimeout(timer);
    };
  }, [isIn, told, kept]);
}

/** Those that wait for this person's word ring as alerts do, and again for two minutes; heard only while nobody speaks. */
export function useRingingTasks(): number {
  const asks = useTasks((store) => store.asks);
  const kept = useAnswers((store) => store.kept);
  const personId = useSession((session) => session.person?.person_id ?? null);
  const waiting = waitingFor(asks, kept, personId);
  const ids = waiting.map((one) => one.ask_id).join(" ");
  useEffect(() => {
    if (ids === "") return undefined;
    const ring = (): void => {
      vibrate("alert");
      const { talkers, floor } = useTalk.getState();
      if (talkers.size === 0 && floor.state !== "speaking") playTone("found");
    };
    ring();
    let left = MOST_REMINDERS;
    const timer = setInterval(() => {
      if (left === 0) return clearInterval(timer);
      left -= 1;
      ring();
    }, REMIND_MS);
    return () => clearInterval(timer);
  }, [ids]);
  return waiting.length;
}
