// How far the latest burst came in the group that one speaks to.
import type { Heard } from "./heard";
import { useTalk } from "./store";

/** `heard` is null until the hub has counted; what an earlier burst reached is not said of the one under way. */
export function useHeardHere(groupId: string): { heard: Heard | null; underWay: boolean } {
  const heard = useTalk((talk) => talk.heard.get(groupId));
  const talkingId = useTalk((talk) =>
    talk.floor.state === "speaking" && talk.floor.grant.groupId === groupId
      ? talk.floor.grant.burstId
      : talk.talkers.get(groupId)?.burstId,
  );
  const isOther = heard !== undefined && talkingId !== undefined && talkingId !== heard.burstId;
  return { heard: heard === undefined || isOther ? null : heard, underWay: talkingId !== undefined && !isOther };
}
