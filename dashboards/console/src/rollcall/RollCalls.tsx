// The readiness screen: the latest roll-call with who is missing first, those before it as a strip, and beginning one.
import { useState } from "react";

import type { Answered } from "../browser/useAnswer";
import { errorText, useLanguage, useTexts } from "../language/language";
import { calendarDay, duration, hourAndMinute } from "../language/time";
import { useRoom } from "../room/store";
import { useSecond } from "../screen/useSecond";
import { BeginKey } from "./BeginKey";
import { HeatStrip } from "./HeatStrip";
import { csvAddress, type RollCallSummary } from "./hub";
import { ReadinessList } from "./ReadinessList";
import { useAnswered, useRollCall } from "./useRollCalls";

export function RollCalls({ rollCalls }: { rollCalls: Answered<RollCallSummary[]> }) {
  const texts = useTexts();
  const words = texts.rollCall;
  const language = useLanguage((store) => store.language);
  const [chosenId, setChosenId] = useState<string | null>(null);
  const all = rollCalls.value ?? [];
  const [latest] = all;
  const shown = all.find((one) => one.roll_call_id === chosenId) ?? latest;
  return (
    <section className="roll-calls" data-testid="roll-calls">
      <div className="roll-call-head">
        <p>{words.words}</p>
        <BeginKey
          isUnderWay={latest?.ended_at_ms === null}
          onBegun={() => {
            setChosenId(null);
            rollCalls.again();
          }}
        />
      </div>
      {rollCalls.failure !== null && (
        <div className="failure" role="alert">
          {errorText(language, rollCalls.failure)}
        </div>
      )}
      {shown !== undefined ? (
        <>
          <HeatStrip all={all} shownId={shown.roll_call_id} onChoose={setChosenId} />
          <One key={shown.roll_call_id} summary={shown} />
        </>
      ) : (
        rollCalls.value !== null && (
          <div className="empty" data-testid="roll-call-none">
            <b>{words.none}</b>
            <p>{words.noneWords}</p>
          </div>
        )
      )}
    </section>
  );
}

function One({ summary }: { summary: RollCallSummary }) {
  const texts = useTexts();
  const words = texts.rollCall;
  const language = useLanguage((store) => store.language);
  const zone = useRoom((room) => room.community.time_zone, "UTC");
  const answer = useRollCall(summary);
  const rollCall = answer.value;
  const { expected } = summary.counts;
  const answered = Math.max(useAnswered(summary), rollCall?.counts.ready ?? 0);
  const isUnderWay = summary.ended_at_ms === null;
  const begunAt = `${calendarDay(summary.begun_at_ms, zone)} ${hourAndMinute(summary.begun_at_ms, zone)}`;
  return (
    <>
      <div className="roll-call-result" data-testid="roll-call-result" data-under-way={isUnderWay} data-ready={answered} data-expected={expected}>
        <b className={answered < expected ? (isUnderWay ? "now" : "short") : "full"}>{words.readyOf(answered, expected)}</b>
        <span>{begunAt}</span>
        <span>{summary.scheduled ? words.byItself : words.by(summary.begun_by)}</span>
        {isUnderWay && <Left summary={summary} />}
        <span className="space" />
        {!isUnderWay && (
          <a className="roll-call-csv" data-testid="roll-call-csv" href={csvAddress(summary.roll_call_id, language === "en")} download>
            {words.csv}
          </a>
        )}
      </div>
      {isUnderWay && <progress className="roll-call-progress" value={answered} max={Math.max(1, expected)} aria-label={words.underWay} />}
      {answer.failure !== null && (
        <div className="failure" role="alert">
          {errorText(language, answer.failure)}
        </div>
      )}
      {rollCall !== null && <ReadinessList rollCall={rollCall} isUnderWay={isUnderWay} />}
    </>
  );
}

function Left({ summary }: { summary: RollCallSummary }) {
  const texts = useTexts();
  const now = useSecond();
  const left = summary.begun_at_ms + summary.lasts_s * 1000 - now;
  return (
    <span className="now">
      {texts.rollCall.underWay} · {texts.rollCall.left(duration(left, texts))}
    </span>
  );
}
