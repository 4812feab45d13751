// Every talk group in a sheet from below: a tap selects it; whether it is heard, and how loud.
import { useState } from "react";

import { useTexts } from "../../../console/src/language/language";
import type { TalkGroup } from "../../../console/src/room/types";
import { monitor, useMonitoring } from "../../../console/src/talk/monitor";
import { isMonitored, monitorToggled, volumeSet } from "../../../console/src/talk/monitoring";
import { useTalk } from "../../../console/src/talk/store";
import { useGuardTexts } from "../language/guardTexts";
import { Sheet } from "../screen/Sheet";
import { selectGroup } from "./selected";

export function GroupSheet({ groups, onClose }: { groups: readonly TalkGroup[]; onClose: () => void }) {
  const own = useGuardTexts();
  const [showsVolumes, setShowsVolumes] = useState(false);
  return (
    <Sheet
      title={own.groups}
      testid="groups"
      onClose={onClose}
      switches={
        <button type="button" data-testid="volumes" aria-pressed={showsVolumes} onClick={() => setShowsVolumes(!showsVolumes)}>
          {own.volumes}
        </button>
      }
    >
      <ul className="groups">
        {groups.map((group) => (
          <GroupRow key={group.group_id} group={group} showsVolume={showsVolumes} onClose={onClose} />
        ))}
      </ul>
    </Sheet>
  );
}

function GroupRow(props: { group: TalkGroup; showsVolume: boolean; onClose: () => void }) {
  const { group, showsVolume, onClose } = props;
  const texts = useTexts();
  const own = useGuardTexts();
  const id = group.group_id;
  const isSelected = useTalk((talk) => talk.groupId === id);
  const talker = useTalk((talk) => talk.talkers.get(id));
  // What one speaks to is heard in any case.
  const isHeard = useMonitoring((monitoring) => isMonitored(monitoring, id)) || isSelected;
  const volume = useMonitoring((monitoring) => (monitoring.muted.includes(id) ? 0 : (monitoring.volumes[id] ?? 1)));
  return (
    <li className={isSelected ? "chosen" : ""}>
      <button
        type="button"
        className="choose"
        data-testid={`group-${id}`}
        aria-pressed={isSelected}
        onClick={() => {
          selectGroup(id);
          onClose();
        }}
      >
        <b>{group.name}</b>
        <span>{talker !== undefined ? texts.talk.speaks[talker.call](talker.talkerName) : isSelected ? own.selected : ""}</span>
      </button>
      <button
        type="button"
        className="monitored"
        data-testid={`monitor-${id}`}
        aria-pressed={isHeard}
        disabled={isSelected}
        onClick={() => monitor((before) => monitorToggled(before, id))}
      >
        {isHeard ? texts.talk.monitoring.monitored : texts.talk.monitoring.notMonitored}
      </button>
      {isHeard && showsVolume && (
        <input
          type="range"
          data-testid={`volume-${id}`}
          aria-label={texts.talk.monitoring.volume(group.name)}
          min={0}
          max={1}
          step={0.1}
          value={volume}
          onChange={(event) => monitor((before) => volumeSet(before, id, event.target.valueAsNumber))}
        />
      )}
    </li>
  );
}
