// Temporary talk groups that are open, newest first: who is in them, who made them, when they end; speak to one, or end it.
import { Button, Popconfirm } from "antd";
import { useState } from "react";

import { errorText, useLanguage, useTexts } from "../language/language";
import { duration, hourAndMinute } from "../language/time";
import { personName, type Room } from "../room/room";
import { useStore } from "../room/store";
import type { TemporaryGroup } from "../room/types";
import { useSecond } from "../screen/useSecond";
import { useMay } from "../session/store";
import { chooseGroup, useTalk } from "../talk/store";
import { groupsHub } from "./hub";
import { isSeenWhole, isTemporary } from "./temporary";
import "./groups.css";

/** How many are open. */
export function useOpenGroups(): number {
  return useStore((store) => store.room?.groups.filter(isTemporary).length ?? 0);
}

export function GroupList() {
  const texts = useTexts();
  const room = useStore((store) => store.room);
  const groups = (room?.groups.filter(isTemporary) ?? []).sort((a, b) => b.opened_at_ms - a.opened_at_ms);
  if (room === null || groups.length === 0) return <div className="empty">{texts.groups.none}</div>;
  return (
    <div className="open-groups" data-testid="groups">
      {groups.map((group) => (
        <Row key={group.group_id} group={group} room={room} />
      ))}
    </div>
  );
}

function Row({ group, room }: { group: TemporaryGroup; room: Room }) {
  const texts = useTexts();
  const language = useLanguage((store) => store.language);
  const now = useSecond();
  const calls = useMay("call");
  const answers = useMay("answer_call");
  const isChosen = useTalk((talk) => talk.groupId === group.group_id);
  const [failure, setFailure] = useState<unknown>(null);
  const radios = group.radio_ids.flatMap((id) => room.radios.get(id) ?? []);
  const online = radios.filter((radio) => radio.online).length;
  const leftMs = (group.closes_at_ms ?? now) - now;
  const name = (venueId: string): string => room.venues.get(venueId)?.name ?? venueId;
  return (
    <div className={`open-group${isChosen ? " chosen" : ""}`} data-testid="group" data-group={group.group_id}>
      <header>
        <b>{group.name}</b>
        <span className={online < radios.length ? "short" : "all"} data-testid="group-online">
          {texts.groups.members(online, radios.length)}
        </span>
        {!isSeenWhole(group) && <span>{texts.groups.elsewhere(group.radio_count - group.radio_ids.length)}</span>}
        <span>{texts.groups.opened(personName(room, group.opened_by), hourAndMinute(group.opened_at_ms, room.community.time_zone))}</span>
        <span title={texts.groups.endsHint} data-testid="group-ends">
          {leftMs > 0 ? texts.groups.ends(duration(leftMs, texts)) : texts.groups.endsSoon}
        </span>
      </header>
      <div className="row">
        {answers && (
          <Button size="small" data-testid="group-speak" disabled={isChosen} onClick={() => chooseGroup(group.group_id)}>
            {texts.groups.speak}
          </Button>
        )}
        {calls && isSeenWhole(group) && (
          <Popconfirm
            title={texts.groups.confirmClose}
            okText={texts.groups.close}
            onConfirm={() => groupsHub.close(group.group_id).catch(setFailure)}
          >
            <Button size="small" data-testid="group-close">
              {texts.groups.close}
            </Button>
          </Popconfirm>
        )}
      </div>
      <div className="open-group-members">
        {radios.map((radio) => (
          <span key={radio.radio_id} className={radio.online ? "" : "off-line"} title={radio.radio_id}>
            {name(radio.venue_id)}
            {radio.online ? "" : ` ${texts.groups.offLine}`}
          </span>
        ))}
      </div>
      {failure !== null && (
        <div className="failure" role="alert">
          {errorText(language, failure)}
        </div>
      )}
    </div>
  );
}
