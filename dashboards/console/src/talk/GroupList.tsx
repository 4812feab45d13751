// Every talk group: which are heard, how loud, which are pinned, who speaks where; found by a part of the name.
import { Button, Checkbox, Input } from "antd";
import { useState } from "react";

import { useTexts } from "../language/language";
import type { TalkGroup } from "../room/types";
import { holdKey } from "./holding";
import { LevelBar } from "./LevelBar";
import { monitor, useMonitoring } from "./monitor";
import { isMonitored, MAX_PINNED, monitorToggled, pinnedGroups, pinToggled } from "./monitoring";
import { SoundKey } from "./SoundKey";
import { useTalk } from "./store";
import { DIGITS } from "./TileRow";

export function GroupList({ groups }: { groups: readonly TalkGroup[] }) {
  const texts = useTexts();
  const words = texts.talk.monitoring;
  const monitoring = useMonitoring();
  const [search, setSearch] = useState("");
  const pinned = pinnedGroups(groups, monitoring).map((one) => one.group_id);
  const found = groups.filter((one) => one.name.toLowerCase().includes(search.trim().toLowerCase()));
  return (
    <div className="group-list">
      <p>{words.words}</p>
      <div className="row">
        <Input
          data-testid="groups-search"
          allowClear
          placeholder={words.search}
          value={search}
          onChange={(event) => setSearch(event.target.value)}
        />
        <Button data-testid="groups-all" disabled={monitoring.off.length === 0} onClick={() => monitor((kept) => ({ ...kept, off: [] }))}>
          {words.all}
        </Button>
      </div>
      <div className="group-rows">
        {found.length === 0 && <div className="empty">{words.none}</div>}
        {found.map((group) => {
          const at = pinned.indexOf(group.group_id);
          return (
            <Row
              key={group.group_id}
              group={group}
              digit={at < 0 ? null : (DIGITS[at] ?? null)}
              pinnable={at >= 0 || pinned.length < MAX_PINNED}
              onPin={() => monitor((kept) => pinToggled(groups, kept, group.group_id))}
            />
          );
        })}
      </div>
    </div>
  );
}

interface RowProps {
  group: TalkGroup;
  digit: string | null;
  pinnable: boolean;
  onPin: () => void;
}

function Row({ group, digit, pinnable, onPin }: RowProps) {
  const { group_id: groupId, name } = group;
  const texts = useTexts();
  const words = texts.talk.monitoring;
  const chosen = useTalk((talk) => talk.groupId === groupId);
  const talker = useTalk((talk) => talk.talkers.get(groupId));
  const monitored = useMonitoring((kept) => isMonitored(kept, groupId));
  return (
    <div className={`group-row${chosen ? " chosen" : ""}${talker === undefined ? "" : " now"}`} data-testid={`group-${groupId}`}>
      <Checkbox
        data-testid={`monitor-${groupId}`}
        aria-label={`${words.monitored} ${name}`}
        checked={monitored}
        onChange={() => monitor((kept) => monitorToggled(kept, groupId))}
      />
      <button type="button" className="group-name" title={texts.talk.callHint} aria-pressed={chosen} {...holdKey(groupId)}>
        <b>{name}</b>
        <i>{talker === undefined ? words.kinds[group.kind] : talker.talkerName}</i>
        {talker !== undefined && <LevelBar groupId={groupId} />}
      </button>
      <SoundKey groupId={groupId} name={name} />
      <button
        type="button"
        className="group-pin"
        data-testid={`pin-${groupId}`}
        aria-pressed={digit !== null}
        disabled={!pinnable}
        title={pinnable ? "" : words.pinsFull}
        onClick={onPin}
      >
        {digit === null ? words.pin : <kbd title={words.pinned}>{digit}</kbd>}
      </button>
    </div>
  );
}
