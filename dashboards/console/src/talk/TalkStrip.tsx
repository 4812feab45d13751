// Always at the bottom: whom one speaks to, the big button, who speaks, how many hear, and the last calls.
import { Button, Select } from "antd";
import { useEffect, useMemo } from "react";

import { inLanguage, useLanguage, useTexts } from "../language/language";
import { clockTime } from "../language/time";
import type { Burst } from "../room/room";
import { useRoom } from "../room/store";
import type { Radio, TalkGroup } from "../room/types";
import { useSession } from "../session/store";
import { HearCount } from "./HearCount";
import { BroadcastSwitch, TalkButton } from "./TalkButton";
import { useSecondsUntil } from "./countdown";
import { RecordingsButton } from "./recordings/RecordingsButton";
import { useSpaceBar } from "./spaceBar";
import { chooseGroup, enableMicrophone, listenTo, PRIVATE, useTalk } from "./store";
import "./talk.css";

const NO_GROUPS: readonly TalkGroup[] = [];
const NO_BURSTS: readonly Burst[] = [];
const NO_RADIOS: ReadonlyMap<string, Radio> = new Map();

export function TalkStrip() {
  const texts = useTexts();
  const groups = useRoom((room) => room.groups, NO_GROUPS);
  const radios = useRoom((room) => room.radios, NO_RADIOS);
  const groupId = useTalk((talk) => talk.groupId);
  const ready = useTalk((talk) => talk.microphone === "ready" && talk.soundReady);
  const isIn = useSession((session) => session.phase === "in");
  const chosen = useMemo(() => privateGroup(groupId, radios), [groupId, radios]);
  const speakable = chosen === null ? groups : [...groups, chosen];
  const group = speakable.find((one) => one.group_id === groupId);
  const online = useMemo(
    () => (group?.radio_ids ?? []).filter((id) => radios.get(id)?.online === true).length,
    [group, radios],
  );
  useSpaceBar(isIn);
  // Who hears no all-call speaks to the first group that they do hear.
  useEffect(() => {
    const [first] = groups;
    if (first !== undefined && group === undefined) chooseGroup(first.group_id);
  }, [groups, group]);
  useEffect(() => listenTo(groups.map((one) => one.group_id)), [groups]);
  return (
    <section className="talk">
      <div className="talk-group">
        <span className="field">{texts.talk.group}</span>
        <Select
          data-testid="talk-group"
          className="wide"
          size="large"
          showSearch={{ optionFilterProp: "label" }}
          popupMatchSelectWidth={240}
          value={groupId}
          onChange={chooseGroup}
          options={speakable.map((one) => ({ value: one.group_id, label: one.name }))}
        />
        <RecordingsButton />
      </div>
      <div className="talk-press">
        <TalkButton />
        <BroadcastSwitch />
      </div>
      <TalkState groups={speakable} />
      <HearCount online={online} total={group?.radio_ids.length ?? 0} />
      {ready ? <LastCalls groups={groups} /> : <MicrophoneState />}
    </section>
  );
}

/** The group of one radio and the police room, where that is what is spoken to; the picture does not name it. */
function privateGroup(groupId: string, radios: ReadonlyMap<string, Radio>): TalkGroup | null {
  const radio = groupId.startsWith(PRIVATE) ? radios.get(groupId.slice(PRIVATE.length)) : undefined;
  if (radio === undefined) return null;
  return { group_id: groupId, name: `${radio.name} ${radio.radio_id}`, kind: "private", radio_ids: [radio.radio_id] };
}

function MicrophoneState() {
  const texts = useTexts();
  const microphone = useTalk((talk) => talk.microphone);
  return (
    <div className="microphone">
      <Button data-testid="mic-enable" type="primary" size="large" onClick={() => void enableMicrophone()}>
        {texts.talk.enable}
      </Button>
      <span>{texts.talk.microphone[microphone]}</span>
    </div>
  );
}

function TalkState({ groups }: { groups: readonly TalkGroup[] }) {
  const texts = useTexts();
  const language = useLanguage((store) => store.language);
  const floor = useTalk((talk) => talk.floor);
  const groupId = useTalk((talk) => talk.groupId);
  const line = useTalk((talk) => talk.line);
  const talkers = useTalk((talk) => talk.talkers);
  const name = (id: string): string => groups.find((one) => one.group_id === id)?.name ?? id;
  const here = talkers.get(groupId);
  const elsewhere = [...talkers].filter(([id]) => id !== groupId);
  const warned = floor.state === "speaking" && floor.warned;
  const state =
    line !== "open" ? "lost" : floor.state === "idle" && here !== undefined ? "busy" : warned ? "warned" : floor.state;
  const retryInS = floor.state === "denied" ? floor.refusal.retryInS : null;
  const left = useSecondsUntil(floor.state === "denied" && retryInS !== null ? floor.sinceMs + retryInS * 1000 : null);
  const why =
    floor.state === "denied"
      ? [inLanguage(language, floor.refusal.message, floor.refusal.messageEn), left === null ? "" : texts.talk.retryIn(left)]
          .filter((words) => words !== "")
          .join(" · ")
      : floor.state === "queued"
        ? texts.talk.place(floor.place.position, floor.place.of)
      : floor.state === "revoked"
        ? (texts.talk.revoked[floor.reason] ?? floor.reason)
        : floor.state === "unanswered"
          ? texts.talk.unanswered
          : here !== undefined
            ? texts.talk.speaks[here.call](here.talkerName)
            : elsewhere.map(([id, talker]) => texts.talk.speaksIn[talker.call](talker.talkerName, name(id))).join("，");
  return (
    <div className={`talk-state ${state}`} data-testid="talk-state" data-state={state}>
      <b>{texts.talk.state[state]}</b>
      <span data-testid="talk-why">{why}</span>
    </div>
  );
}

function LastCalls({ groups }: { groups: readonly TalkGroup[] }) {
  const texts = useTexts();
  const bursts = useRoom((room) => room.bursts, NO_BURSTS);
  const zone = useRoom((room) => room.community.time_zone, "UTC");
  const name = (id: string): string => groups.find((one) => one.group_id === id)?.name ?? id;
  return (
    <div className="last-calls" data-testid="last-calls">
      {bursts.length === 0 && <span className="none">{texts.talk.none}</span>}
      {bursts.slice(0, 3).map((burst) => (
        <div key={burst.burst_id} className={burst.ended ? "" : "now"}>
          <time>{clockTime(burst.started_at_ms, zone)}</time>
          <b>{burst.talker_name}</b>
          <span>{name(burst.group_id)}</span>
          <span>{burst.ended && burst.duration_s !== null ? texts.seconds(Math.round(burst.duration_s * 10) / 10) : ""}</span>
          <span>
            {burst.ended && burst.radios_reached !== null && burst.radios_online !== null
              ? texts.talk.reached(burst.radios_reached, burst.radios_online)
              : ""}
          </span>
        </div>
      ))}
    </div>
  );
}
