// Which talk group the big key speaks to: the one chosen last at this phone, as long as it is there.
import { useEffect } from "react";

import { recall, remember } from "../../../console/src/browser/memory";
import { useRoom } from "../../../console/src/room/store";
import type { Radio, TalkGroup } from "../../../console/src/room/types";
import { radioOf } from "../../../console/src/talk/groupIds";
import { chooseGroup, useTalk } from "../../../console/src/talk/store";

const KEPT_AS = "qianshao.guard.group";
const NO_RADIOS: ReadonlyMap<string, Radio> = new Map();

export function selectGroup(groupId: string): void {
  remember(KEPT_AS, groupId);
  chooseGroup(groupId);
}

/** The selected group's id; where the group is gone (a temporary one that ended), the first of `groups` is selected. */
export function useSelected(groups: readonly TalkGroup[]): string | null {
  const groupId = useTalk((talk) => talk.groupId);
  const radios = useRoom((room) => room.radios, NO_RADIOS);
  const isThere = groups.some((one) => one.group_id === groupId) || radios.has(radioOf(groupId) ?? "");
  useEffect(() => {
    const kept = recall(KEPT_AS);
    if (kept !== null) chooseGroup(kept);
  }, []);
  useEffect(() => {
    const [first] = groups;
    if (first !== undefined && !isThere) chooseGroup(first.group_id);
  }, [groups, isThere]);
  return isThere ? groupId : null;
}
