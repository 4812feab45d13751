// How many radios hear the latest burst, and how many do not: the number that tells whether the words arrive.
import { useTexts } from "../language/language";
import { useRoom } from "../room/store";
import type { Burst } from "../room/room";
import type { Radio, TalkGroup } from "../room/types";
import { hearCounts } from "./heard";
import { useHeardHere } from "./heardHere";

const NO_BURSTS: readonly Burst[] = [];
const NO_RADIOS: ReadonlyMap<string, Radio> = new Map();

interface Props {
  group: TalkGroup | null;
  listOpen: boolean;
  onList: () => void;
}

export function HearCount({ group, listOpen, onList }: Props) {
  const texts = useTexts();
  const { heard, underWay } = useHeardHere(group?.group_id ?? "");
  const radios = useRoom((room) => room.radios, NO_RADIOS);
  const bursts = useRoom((room) => room.bursts, NO_BURSTS);
  if (heard === null) {
    const ids = group?.radio_ids ?? [];
    const online = ids.filter((id) => radios.get(id)?.online === true).length;
    const offLine = ids.length - online;
    return (
      <button
        type="button"
        className={`hear-count ${offLine > 0 ? "short" : ""}`}
        data-testid="heard-count"
        data-hearing=""
        data-online={online}
        aria-pressed={listOpen}
        tabIndex={-1}
        onClick={onList}
      >
        <b>{group === null ? "–" : texts.talk.willHear(online, ids.length)}</b>
        <span>{offLine > 0 ? texts.talk.offLine(offLine) : ""}</span>
      </button>
    );
  }
  const talkerId = bursts.find((one) => one.burst_id === heard.burstId)?.talker_id ?? null;
  const { hearing, all, deaf, offLine } = hearCounts(heard, group, talkerId);
  const unheard = [deaf > 0 ? texts.talk.notHearing(deaf) : "", offLine > 0 ? texts.talk.offLine(offLine) : ""].filter((words) => words !== "");
  return (
    <button
      type="button"
      className={`hear-count ${unheard.length > 0 ? "some" : "all"}`}
      data-testid="heard-count"
      data-hearing={hearing}
      data-online={heard.radiosOnline}
      data-burst={heard.burstId}
      data-ended={heard.ended}
      aria-pressed={listOpen}
      tabIndex={-1}
      onClick={onList}
    >
      <b>{(underWay ? texts.talk.hearing : texts.talk.heard)(hearing, all)}</b>
      <span>{unheard.length > 0 ? unheard.join(" · ") : underWay ? texts.talk.allHear : texts.talk.allHeard}</span>
      {unheard.length > 0 && <i>{texts.talk.missed.open}</i>}
    </button>
  );
}
