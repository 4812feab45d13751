// The latest roll-calls, loaded anew when the hub tells that one has begun or ended.
import { useCallback, useEffect } from "react";

import { useAnswer, type Answered } from "../browser/useAnswer";
import { useRoom } from "../room/store";
import { rollCallHub, type RollCall, type RollCallSummary } from "./hub";

/** While one is under way its list is loaded so often; who has answered counts at once, from the events. */
const LOOK_EVERY_MS = 2_000;

const latestWord = (events: readonly { kind: string; number: number }[]): number =>
  events.find((item) => item.kind === "roll_call.begun" || item.kind === "roll_call.ended")?.number ?? 0;

/** Newest first, the one under way before the others. */
export function useRollCalls(): Answered<RollCallSummary[]> {
  const answer = useAnswer(rollCallHub.latest);
  const { again } = answer;
  const told = useRoom((room) => latestWord(room.events), 0);
  useEffect(() => {
    if (told > 0) again();
  }, [told, again]);
  return answer;
}

/** One with its list. */
export function useRollCall(summary: RollCallSummary): Answered<RollCall> {
  const { roll_call_id: id, ended_at_ms } = summary;
  const load = useCallback(() => rollCallHub.find(id), [id]);
  const answer = useAnswer(load);
  const { again } = answer;
  const isUnderWay = ended_at_ms === null;
  useEffect(() => {
    if (!isUnderWay) {
      again();
      return undefined;
    }
    const timer = setInterval(again, LOOK_EVERY_MS);
    return () => clearInterval(timer);
  }, [isUnderWay, again]);
  return answer;
}

/** How many have answered by now: the events know sooner than a list that is loaded. */
export function useAnswered(summary: RollCallSummary): number {
  const told = useRoom((room) => {
    const alert = room.alerts.get(summary.alert_id);
    if (alert === undefined) return 0;
    let answered = 0;
    for (const delivery of alert.deliveries.values()) answered += Number(delivery.acknowledged_at_ms !== null);
    return answered;
  }, 0);
  return summary.ended_at_ms === null ? Math.max(told, summary.counts.ready) : summary.counts.ready;
}
