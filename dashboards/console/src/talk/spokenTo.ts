// Pure: which talk groups can be spoken to, and which one is when those of the room change.
import type { Radio, TalkGroup } from "../room/types";
import { ALL_CALL, NO_GROUP, radioOf } from "./groupIds";

/** The group, where it can be spoken to: an open one, or the private one of a radio of the room (which is in no list). */
export function spokenTo(groupId: string, groups: readonly TalkGroup[], radios: ReadonlyMap<string, Radio>): TalkGroup | null {
  const radio = radios.get(radioOf(groupId) ?? "");
  if (radio === undefined) return groups.find((one) => one.group_id === groupId) ?? null;
  return { group_id: groupId, name: radio.name, kind: "private", radio_ids: [radio.radio_id] };
}

/**
 * The chosen group as long as it is there. Words meant for one that is gone are for nobody else: then none is chosen.
 * The all-call is what is chosen before anybody chose; who does not hear it speaks to the first group that they do hear.
 */
export function stillChosen(groupId: string, groups: readonly TalkGroup[], radios: ReadonlyMap<string, Radio>): string {
  const [first] = groups;
  if (first === undefined || spokenTo(groupId, groups, radios) !== null) return groupId;
  return groupId === ALL_CALL ? first.group_id : NO_GROUP;
}
