// The list of one roll-call: who is missing stands out with a key to call them, who is ready takes little room.
import { useMemo } from "react";

import { useTexts } from "../language/language";
import { useMay } from "../session/store";
import { CallKey } from "../talk/CallKey";
import type { RadioReadiness, RollCall } from "./hub";
import { sectionsOf } from "./sections";

/** From so many misses in a row on, it is no accident. */
const MANY_MISSED = 3;

const percent = (share: number | null): string => (share === null ? "–" : `${Math.round(share * 100)}%`);

export function ReadinessList({ rollCall, isUnderWay }: { rollCall: RollCall; isUnderWay: boolean }) {
  const texts = useTexts();
  const words = texts.rollCall;
  const { missing, attend, ready, closed } = useMemo(() => sectionsOf(rollCall), [rollCall]);
  const { section } = words;
  return (
    <div className="readiness">
      {missing.length > 0 ? (
        <>
          <h4 className={isUnderWay ? "" : "bad"}>{isUnderWay ? section.waiting(missing.length) : section.missing(missing.length)}</h4>
          <ul className={`missing-radios${isUnderWay ? " waiting" : ""}`} data-testid="roll-call-missing">
            {missing.map((one) => (
              <Missing key={one.radio_id} radio={one} isUnderWay={isUnderWay} />
            ))}
          </ul>
        </>
      ) : (
        <h4 className="good" data-testid="roll-call-everybody">
          {words.everybody}
        </h4>
      )}
      {attend.length > 0 && (
        <>
          <h4 className="wait">{section.attend(attend.length)}</h4>
          <ul className="radio-cells attend" data-testid="roll-call-attend">
            {attend.map((one) => (
              <li key={one.radio_id} title={titleOf(one)}>
                <span>{one.venue_name}</span>
                <Cautions radio={one} />
              </li>
            ))}
          </ul>
        </>
      )}
      {ready.length > 0 && (
        <>
          <h4>{section.ready(ready.length)}</h4>
          <ul className="radio-cells ready" data-testid="roll-call-ready-list">
            {ready.map((one) => (
              <li key={one.radio_id} title={titleOf(one)}>
                <span>{one.venue_name}</span>
                <i>{one.answered_s === null ? "" : texts.seconds(Math.round(one.answered_s))}</i>
              </li>
            ))}
          </ul>
        </>
      )}
      {closed.length > 0 && (
        <>
          <h4>{section.closed(closed.length)}</h4>
          <ul className="radio-cells closed" data-testid="roll-call-closed">
            {closed.map((one) => (
              <li key={one.radio_id} title={titleOf(one)}>
                <span>{one.venue_name}</span>
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  );
}

const titleOf = (radio: RadioReadiness): string =>
  [radio.venue_name, radio.radio_id, radio.holder ?? "", percent(radio.battery), percent(radio.signal)].filter((word) => word !== "").join(" · ");

function Missing({ radio, isUnderWay }: { radio: RadioReadiness; isUnderWay: boolean }) {
  const texts = useTexts();
  const words = texts.rollCall;
  const calls = useMay("call");
  const state = isUnderWay && radio.state === "unanswered" ? words.waiting : words.state[radio.state];
  return (
    <li data-testid="roll-call-row" data-radio={radio.radio_id} data-state={radio.state}>
      <b className="where">{radio.venue_name}</b>
      <span className={`state ${isUnderWay ? "waiting" : radio.state}`}>{state}</span>
      <span className={`missed${radio.missed >= MANY_MISSED ? " many" : ""}`}>{isUnderWay ? "" : words.missed(radio.missed)}</span>
      <span className="who">
        {radio.holder ?? "–"}
        <i>{radio.radio_id}</i>
      </span>
      <span className="power">
        {texts.map.battery} {percent(radio.battery)} · {texts.map.signal} {percent(radio.signal)}
      </span>
      <Cautions radio={radio} />
      {calls && <CallKey radioId={radio.radio_id} words={words.call} testid={`roll-call-call-${radio.radio_id}`} />}
    </li>
  );
}

function Cautions({ radio }: { radio: RadioReadiness }) {
  const texts = useTexts();
  return (
    <span className="cautions">
      {radio.warnings.map((one) => (
        <em key={one}>{texts.rollCall.caution[one]}</em>
      ))}
    </span>
  );
}
