// The talk groups at hand: pinned ones in their places, then what one speaks to and where somebody speaks.
import { useMemo } from "react";

import { useTexts } from "../language/language";
import { useRoom } from "../room/store";
import type { Radio, TalkGroup } from "../room/types";
import { radioOf } from "./groupIds";
import { GroupTile } from "./GroupTile";
import { apart } from "./hubCalls";
import { useMonitoring } from "./monitor";
import { heardGroups, tiles } from "./monitoring";
import { useGroupWords } from "./names";
import { useTalk } from "./store";

const NO_RADIOS: ReadonlyMap<string, Radio> = new Map();
/** Of the tenth tile it is 0, as on the keyboard. */
export const DIGITS = "1234567890";

interface Props {
  groups: readonly TalkGroup[];
  listOpen: boolean;
  onList: () => void;
}

export function TileRow({ groups, listOpen, onList }: Props) {
  const texts = useTexts();
  const words = useGroupWords();
  const radios = useRoom((room) => room.radios, NO_RADIOS);
  const monitoring = useMonitoring();
  const chosenId = useTalk((talk) => talk.groupId);
  const talkers = useTalk((talk) => talk.talkers);
  const shown = useMemo(() => {
    const spoken = new Set(apart(talkers).people.map(([id]) => id));
    return tiles(groups, monitoring, spoken, chosenId);
  }, [groups, monitoring, talkers, chosenId]);
  const heard = heardGroups(groups, { ...monitoring, along: [] }, chosenId).length;
  const tile = (groupId: string, digit: string | null) => {
    const radioId = radioOf(groupId);
    const ids = radioId === null ? (groups.find((one) => one.group_id === groupId)?.radio_ids ?? []) : [radioId];
    const online = ids.filter((id) => radios.get(id)?.online === true).length;
    return <GroupTile key={groupId} groupId={groupId} name={words(groupId)} digit={digit} online={online} all={ids.length} />;
  };
  return (
    <div className="tiles" data-testid="tiles">
      {shown.pinned.map((group, index) => tile(group.group_id, DIGITS[index] ?? null))}
      {shown.others.length > 0 && <span className="tiles-gap" />}
      {shown.others.map((groupId) => tile(groupId, null))}
      <span className="space" />
      <button type="button" className="tiles-all" data-testid="groups-open" aria-pressed={listOpen} tabIndex={-1} onClick={onList}>
        <b>{texts.talk.monitoring.open}</b>
        <i className={heard < groups.length ? "short" : ""}>{texts.talk.monitoring.count(heard, groups.length)}</i>
      </button>
    </div>
  );
}
