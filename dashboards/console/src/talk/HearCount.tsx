// How many radios hear the burst, and how many do not: the number that tells whether the words arrive.
import { useTexts } from "../language/language";
import { useTalk } from "./store";

export function HearCount({ online, total }: { online: number; total: number }) {
  const texts = useTexts();
  const heard = useTalk((talk) => talk.heard);
  const talking = useTalk((talk) => talk.floor.state === "speaking" || talk.talkers.size > 0);
  if (heard === null) {
    return (
      <div className="hear-count" data-testid="heard-count" data-hearing="" data-online={online}>
        <b>{texts.talk.willHear(online, total)}</b>
        <span />
      </div>
    );
  }
  const missing = Math.max(0, heard.radiosOnline - heard.radiosHearing);
  const offLine = heard.own ? Math.max(0, total - heard.radiosOnline) : 0;
  const all = heard.radiosOnline + offLine;
  const over = heard.ended || !talking;
  const unheard = [
    missing > 0 ? texts.talk.notHearing(missing) : "",
    offLine > 0 ? texts.talk.offLine(offLine) : "",
  ].filter((words) => words !== "");
  return (
    <div
      className={`hear-count ${unheard.length > 0 ? "some" : "all"}`}
      data-testid="heard-count"
      data-hearing={heard.radiosHearing}
      data-online={heard.radiosOnline}
      data-burst={heard.burstId}
      data-ended={heard.ended}
    >
      <b>{(over ? texts.talk.heard : texts.talk.hearing)(heard.radiosHearing, all)}</b>
      <span>{unheard.length > 0 ? unheard.join(" · ") : over ? texts.talk.allHeard : texts.talk.allHear}</span>
    </div>
  );
}
