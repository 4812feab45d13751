// Always at the bottom: the talk groups, whom one speaks to, the big button, who speaks, how many hear, the last calls.
import { Button } from "antd";
import { useCallback, useEffect, useMemo, useState } from "react";

import { useTexts } from "../language/language";
import type { Burst } from "../room/room";
import { useRoom, useStore } from "../room/store";
import type { Radio, TalkGroup } from "../room/types";
import { useSession } from "../session/store";
import { Above } from "./Above";
import { answerTo } from "./calls";
import { GroupList } from "./GroupList";
import { HearCount } from "./HearCount";
import { useHoldKeys } from "./holding";
import { CallList, LastCalls } from "./LastCalls";
import { MissedList } from "./MissedList";
import { monitorAs, useMonitoring } from "./monitor";
import { heardGroups, pinnedGroups } from "./monitoring";
import { useGroupWords } from "./names";
import { RecordingsButton } from "./recordings/RecordingsButton";
import { Replay } from "./Replay";
import { RingBanner } from "./RingBanner";
import { unanswered } from "./rings";
import { useSpaceBar } from "./spaceBar";
import { spokenTo, stillChosen } from "./spokenTo";
import { chooseGroup, enableMicrophone, listenTo, useTalk } from "./store";
import { BroadcastSwitch, TalkButton } from "./TalkButton";
import { TalkState } from "./TalkState";
import { DIGITS, TileRow } from "./TileRow";
import "./talk.css";
import "./tiles.css";
import "./above.css";

const NO_GROUPS: readonly TalkGroup[] = [];
const NO_RADIOS: ReadonlyMap<string, Radio> = new Map();

type Sheet = { name: "groups" } | { name: "missed" } | { name: "calls" } | { name: "replay"; burst: Burst };

export function TalkStrip() {
  const texts = useTexts();
  const groups = useRoom((room) => room.groups, NO_GROUPS);
  const radios = useRoom((room) => room.radios, NO_RADIOS);
  const groupId = useTalk((talk) => talk.groupId);
  const ready = useTalk((talk) => talk.microphone === "ready" && talk.soundReady);
  const isIn = useSession((session) => session.phase === "in");
  const personId = useSession((session) => session.person?.person_id);
  const monitoring = useMonitoring();
  const [sheet, setSheet] = useState<Sheet | null>(null);
  const group = useMemo(() => spokenTo(groupId, groups, radios), [groupId, groups, radios]);
  const heardIds = heardGroups(groups, monitoring, groupId).join(" ");

  useEffect(() => {
    if (personId !== undefined) monitorAs(personId);
  }, [personId]);
  useEffect(() => chooseGroup(stillChosen(groupId, groups, radios)), [groupId, groups, radios]);
  useEffect(() => listenTo(heardIds === "" ? [] : heardIds.split(" ")), [heardIds]);
  useSpaceBar(isIn);
  useHoldKeys(isIn, (code) => groupOfKey(code, groups, radios));

  const close = useCallback(() => setSheet(null), []);
  const toggle = (name: "groups" | "missed" | "calls") => () => setSheet((now) => (now?.name === name ? null : { name }));
  const hear = (burst: Burst): void => setSheet({ name: "replay", burst });
  return (
    <section className="talk">
      <div className="sheets">
        {isIn && <RingBanner />}
        {sheet?.name === "groups" && (
          <Above title={texts.talk.monitoring.title} testid="groups" onClose={close}>
            <GroupList groups={groups} />
          </Above>
        )}
        {sheet?.name === "missed" && <MissedList group={group} onClose={close} />}
        {sheet?.name === "calls" && <CallList onHear={hear} onClose={close} />}
        {sheet?.name === "replay" && <Replay burst={sheet.burst} onClose={close} />}
      </div>
      <TileRow groups={groups} listOpen={sheet?.name === "groups"} onList={toggle("groups")} />
      <div className="talk-row">
        <SpokenTo group={group} />
        <div className="talk-press">
          <TalkButton />
          <BroadcastSwitch />
        </div>
        <TalkState />
        <HearCount group={group} listOpen={sheet?.name === "missed"} onList={toggle("missed")} />
        {ready ? <LastCalls onHear={hear} listOpen={sheet?.name === "calls"} onList={toggle("calls")} /> : <MicrophoneState />}
      </div>
    </section>
  );
}

/** A digit is the tile in that place; R is who calls, or called last. */
function groupOfKey(code: string, groups: readonly TalkGroup[], radios: ReadonlyMap<string, Radio>): string | null {
  if (code === "KeyR") {
    return answerTo(unanswered(useTalk.getState().rings), useStore.getState().room?.bursts ?? [], groups, radios);
  }
  const digit = /^(?:Digit|Numpad)(\d)$/.exec(code)?.[1];
  if (digit === undefined) return null;
  return pinnedGroups(groups, useMonitoring.getState())[DIGITS.indexOf(digit)]?.group_id ?? null;
}

function SpokenTo({ group }: { group: TalkGroup | null }) {
  const texts = useTexts();
  const words = useGroupWords();
  return (
    <div className={`talk-to ${group?.kind ?? ""}`}>
      <span className="field">{texts.talk.to}</span>
      <b data-testid="talk-group">{group === null ? "–" : words(group.group_id)}</b>
      <RecordingsButton />
    </div>
  );
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
