// One talk group as a key: click to choose, hold to speak; who speaks, what of it is heard, and how loud it is set.
import { Popover } from "antd";

import { useTexts } from "../language/language";
import { radioOf } from "./groupIds";
import { holdKey } from "./holding";
import { LevelBar } from "./LevelBar";
import { monitor, useMonitoring } from "./monitor";
import { isMonitored, monitorToggled } from "./monitoring";
import { SoundKey, SpeakerMark } from "./SoundKey";
import { useTalk } from "./store";

interface Props {
  groupId: string;
  name: string;
  /** The digit that chooses it; none for a group that is here only while somebody speaks. */
  digit: string | null;
  online: number;
  all: number;
}

export function GroupTile({ groupId, name, digit, online, all }: Props) {
  const texts = useTexts();
  const words = texts.talk.monitoring;
  const chosen = useTalk((talk) => talk.groupId === groupId);
  const talker = useTalk((talk) => talk.talkers.get(groupId));
  const own = useTalk((talk) => talk.floor.state === "speaking" && talk.floor.grant.groupId === groupId);
  const monitored = useMonitoring((kept) => isMonitored(kept, groupId));
  const sounds = useMonitoring((kept) => !kept.muted.includes(groupId) && kept.volumes[groupId] !== 0);
  const state = own ? "own" : talker === undefined ? "still" : talker.call;
  // A guard who calls the police room is heard without being chosen, and so are the calls that one takes part in.
  const called = useTalk((talk) => talk.rings.has(groupId));
  const heard = monitored || chosen || called;
  return (
    <div
      className={`tile ${state}${chosen ? " chosen" : ""}${heard ? "" : " unheard"}`}
      data-testid={`tile-${groupId}`}
      data-chosen={chosen}
      data-talker={talker?.talkerId ?? ""}
      data-monitored={heard}
    >
      <button type="button" className="tile-name" tabIndex={-1} title={`${name} · ${texts.talk.callHint}`} aria-pressed={chosen} {...holdKey(groupId)}>
        <b>
          {digit !== null && <kbd>{digit}</kbd>}
          {name}
        </b>
        {own ? (
          <em>{texts.talk.state.speaking}</em>
        ) : talker !== undefined ? (
          <em>{talker.talkerName}</em>
        ) : (
          <i className={online < all ? "short" : ""}>{heard ? texts.talk.members(online, all) : words.notMonitored}</i>
        )}
        {talker !== undefined && <LevelBar groupId={groupId} />}
      </button>
      <Popover
        trigger="click"
        placement="top"
        destroyOnHidden
        content={
          <div className="tile-sound">
            <b>{name}</b>
            <SoundKey groupId={groupId} name={name} />
            <label>
              <input
                type="checkbox"
                data-testid={`hear-${groupId}`}
                checked={monitored}
                onChange={() => monitor((kept) => monitorToggled(kept, groupId))}
              />
              {radioOf(groupId) === null ? words.monitored : words.along}
            </label>
          </div>
        }
      >
        <button type="button" className="tile-volume" tabIndex={-1} data-testid={`sound-${groupId}`} title={words.volume(name)} aria-label={words.volume(name)}>
          <SpeakerMark on={sounds && heard} />
        </button>
      </Popover>
    </div>
  );
}
