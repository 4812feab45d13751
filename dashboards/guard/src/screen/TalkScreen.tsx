// Talk on a phone: alerts above, the selected group, who speaks, the last calls, and the huge key at the thumb.
import { useEffect, useState } from "react";

import { useTexts } from "../../../console/src/language/language";
import { followRoom, useRoom, useStore } from "../../../console/src/room/store";
import type { TalkGroup } from "../../../console/src/room/types";
import { EndingBanner } from "../../../console/src/session/EndingBanner";
import { useSession } from "../../../console/src/session/store";
import { useSpaceBar } from "../../../console/src/talk/spaceBar";
import { monitorAs, useMonitoring } from "../../../console/src/talk/monitor";
import { heardGroups } from "../../../console/src/talk/monitoring";
import { useGroupWords } from "../../../console/src/talk/names";
import { listenTo, useTalk } from "../../../console/src/talk/store";
import { Alerts, useAlertShown } from "../alerts/Alerts";
import { OpenSos } from "../alerts/OpenSos";
import { sendAnswers } from "../answers/store";
import { LastCalls } from "../calls/LastCalls";
import { GroupSheet } from "../groups/GroupSheet";
import { useSelected } from "../groups/selected";
import { useGuardTexts } from "../language/guardTexts";
import { useHeadsetChoice, useHeadsetKey } from "../talk/headsetKey";
import { keepTalk } from "../talk/keepTalk";
import { keyStateOf } from "../talk/keyState";
import { feelTalk } from "../talk/signals";
import { StartKey } from "../talk/StartKey";
import { TaskKeys } from "../tasks/TaskKeys";
import { TalkKey } from "../talk/TalkKey";
import { TalkWords } from "../talk/TalkWords";
import { TopLine } from "./TopLine";
import { useAwake } from "./useAwake";

const NO_GROUPS: readonly TalkGroup[] = [];

export function TalkScreen() {
  const texts = useTexts();
  const own = useGuardTexts();
  const isIn = useSession((session) => session.phase === "in");
  const groups = useRoom((room) => room.groups, NO_GROUPS);
  const isRoomKnown = useStore((store) => store.room !== null);
  const isCut = useStore((store) => store.isCut);
  const line = useTalk((talk) => talk.line);
  const floor = useTalk((talk) => talk.floor);
  const here = useTalk((talk) => talk.talkers.get(talk.groupId));
  const ready = useTalk((talk) => talk.microphone === "ready" && talk.soundReady);
  const [choosing, setChoosing] = useState(false);
  const selected = useSelected(groups);
  const name = useGroupWords();
  const noneSelected = groups.length > 0 ? own.pickGroup : isRoomKnown ? own.noGroups : "…";
  const state = keyStateOf({ floor, talk: line, isCut, here, isChosen: selected !== null || groups.length === 0 });
  const isAwake = useAwake();
  const isAlerted = useAlertShown();

  useEffect(() => (isIn ? followRoom() : undefined), [isIn]);
  useEffect(() => (isIn ? keepTalk() : undefined), [isIn]);
  useEffect(() => feelTalk(), []);
  useEffect(() => sendAnswers(), [isIn]);
  useListening(groups);
  useSpaceBar(isIn && ready);
  const headset = useHeadsetChoice((choice) => choice.isOn);
  useHeadsetKey(isIn && ready && headset);

  return (
    <div className={isAlerted ? "phone alerted" : "phone"}>
      <div className="above">
        <TopLine state={state} isAwake={isAwake} />
        <EndingBanner />
        <OpenSos />
        <TaskKeys />
        <Alerts />
        {!isAlerted && (
          <>
            <button type="button" className="selected" data-testid="selected-group" onClick={() => setChoosing(true)}>
              <span>{texts.talk.group}</span>
              <b>{selected !== null ? name(selected) : noneSelected}</b>
              <i>{own.chooseGroup}</i>
            </button>
            <TalkWords state={state} />
            <LastCalls />
          </>
        )}
      </div>
      <div className={ready ? "thumb" : "thumb starting"}>{ready ? <TalkKey state={state} /> : <StartKey />}</div>
      {choosing && <GroupSheet groups={groups} onClose={() => setChoosing(false)} />}
    </div>
  );
}

/** Hear what this person chose to hear, and what they speak to. */
function useListening(groups: readonly TalkGroup[]): void {
  const personId = useSession((session) => session.person?.person_id);
  const groupId = useTalk((talk) => talk.groupId);
  const monitoring = useMonitoring();
  useEffect(() => {
    if (personId !== undefined) monitorAs(personId);
  }, [personId]);
  const heard = heardGroups(groups, monitoring, groupId).join(" ");
  // Who listens to what is written down: the same again is not said.
  useEffect(() => listenTo(heard.split(" ").filter((id) => id !== "")), [heard]);
}
