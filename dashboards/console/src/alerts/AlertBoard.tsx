// The board of one alert: counts with seconds, who has not answered first, then reports and who answered.
import { Select } from "antd";
import { useMemo } from "react";

import { EscalationLine } from "../escalation/EscalationLine";
import type { StepDone } from "../escalation/hub";
import { latestSteps } from "../escalation/steps";
import { useEscalation } from "../escalation/store";
import { stepWords } from "../escalation/words";
import { AlertGroupKeys } from "../groups/AlertGroupKeys";
import { useTexts } from "../language/language";
import { clockTime, duration } from "../language/time";
import { holderWords } from "../radios/holder";
import type { AlertRecord } from "../room/room";
import { useRoom } from "../room/store";
import type { Delivery, Radio, TalkGroup, Venue } from "../room/types";
import { useSecond } from "../screen/useSecond";
import { useMay } from "../session/store";
import { boardOf, markOf, waitingMs, type Stage } from "./board";
import { CancelKey } from "./CancelKey";
import { chooseAlert, newestFirst, useChosenAlert } from "./chosen";
import { targetWords } from "./target";

const NO_STEPS: ReadonlyMap<string, StepDone> = new Map();
const NO_ALERTS: ReadonlyMap<string, AlertRecord> = new Map();
const NO_RADIOS: ReadonlyMap<string, Radio> = new Map();
const NO_GROUPS: readonly TalkGroup[] = [];
const NO_VENUES: ReadonlyMap<string, Venue> = new Map();

function Count(props: { name: string; testid: string; value: number; tone: string; last?: string }) {
  return (
    <div className={`count ${props.tone}`} data-testid={props.testid} data-value={props.value}>
      <b>{props.value}</b>
      <span>{props.name}</span>
      {props.last !== undefined && <i>{props.last}</i>}
    </div>
  );
}

export function AlertBoard() {
  const texts = useTexts();
  const alert = useChosenAlert();
  const alerts = useRoom((room) => room.alerts, NO_ALERTS);
  const zone = useRoom((room) => room.community.time_zone, "UTC");
  const groups = useRoom((room) => room.groups, NO_GROUPS);
  const venues = useRoom((room) => room.venues, NO_VENUES);
  const writes = useMay("issue_alert");
  const list = useMemo(() => newestFirst(alerts.values()), [alerts]);
  if (list.length === 0) return <div className="empty">{texts.alerts.none}</div>;
  return (
    <div className={`board${alert?.status === "test" ? " of-test" : ""}`} data-testid="board" data-alert={alert?.alert_id}>
      <Select
        size="small"
        className="wide"
        data-testid="board-choose"
        value={alert?.alert_id ?? null}
        placeholder={texts.rollCall.testsAlone}
        onChange={chooseAlert}
        options={list.map((one) => ({
          value: one.alert_id,
          label: [
            clockTime(one.issued_at_ms, zone),
            one.errand_of !== null ? texts.escalation.errand : one.status === "actual" ? texts.severity[one.severity] : texts.rollCall.status[one.status],
            one.text,
          ].join(" "),
        }))}
      />
      {alert !== null && (
        <>
          {alert.status !== "actual" && (
            <p className="not-real" data-testid="board-not-real">
              {texts.rollCall.notReal[alert.status]}
            </p>
          )}
          {alert.errand_of !== null && <ErrandOf alertId={alert.errand_of} />}
          {!writes && <p className="alert-words">{alert.text}</p>}
          <div className="board-target">
            <span data-testid="board-target">{texts.groups.sentTo(targetWords(alert.target, { groups, venues }, texts))}</span>
            <CancelKey key={alert.alert_id} alert={alert} />
          </div>
          <BoardOf key={alert.alert_id} alert={alert} />
        </>
      )}
    </div>
  );
}

/** The alert for which a neighbour was asked to go and look, to turn to it. */
function ErrandOf({ alertId }: { alertId: string }) {
  const texts = useTexts();
  const original = useRoom((room) => room.alerts.get(alertId), undefined);
  return (
    <button type="button" className="errand-of" disabled={original === undefined} data-testid="board-errand" onClick={() => chooseAlert(alertId)}>
      {texts.escalation.errandOf(original?.text ?? "")}
    </button>
  );
}

function BoardOf({ alert }: { alert: AlertRecord }) {
  const texts = useTexts();
  const now = useSecond();
  const venues = useRoom((room) => room.venues, NO_VENUES);
  const radios = useRoom((room) => room.radios, NO_RADIOS);
  const zone = useRoom((room) => room.community.time_zone, "UTC");
  const board = useMemo(() => boardOf(alert), [alert]);
  const escalation = useEscalation(alert.alert_id);
  const steps = useMemo(() => (escalation === null ? NO_STEPS : latestSteps(escalation)), [escalation]);
  const name = (one: Delivery): string => venues.get(one.venue_id)?.name ?? one.venue_id;
  const after = (stage: Stage): string =>
    stage.lastMs === null ? "" : texts.alerts.last(texts.seconds(Math.round(stage.lastMs / 100) / 10));
  const told = (one: Delivery): string =>
    [one.answer === null ? "" : texts.answer[one.answer], one.report_text ?? ""].filter((word) => word !== "").join("，");
  const detail = (one: Delivery): string =>
    [name(one), one.radio_id, holderWords(radios.get(one.radio_id), texts), texts.delivery[one.state], one.attempts > 1 ? texts.alerts.attempts(one.attempts) : ""]
      .filter((word) => word !== "")
      .join(" · ");
  return (
    <>
      <div className="counts silent-counts">
        <Count
          name={texts.alerts.count.undelivered}
          testid="board-count-undelivered"
          value={board.undelivered}
          tone={board.undelivered > 0 ? "bad" : "calm"}
        />
        <Count
          name={texts.alerts.count.unacknowledged}
          testid="board-count-unacknowledged"
          value={board.unacknowledged}
          tone={board.unacknowledged > 0 ? "wait" : "calm"}
        />
      </div>
      <div className="counts">
        <Count name={texts.alerts.count.sent} testid="board-count-sent" value={board.sent.count} tone="calm" last={after(board.sent)} />
        <Count name={texts.alerts.count.delivered} testid="board-count-delivered" value={board.delivered.count} tone="calm" last={after(board.delivered)} />
        <Count name={texts.alerts.count.acknowledged} testid="board-count-acknowledged" value={board.acknowledged.count} tone="good" last={after(board.acknowledged)} />
        <Count name={texts.alerts.count.reported} testid="board-count-reported" value={board.reported.count} tone="told" last={after(board.reported)} />
      </div>
      <EscalationLine view={escalation} alert={alert} silent={board.silent} />
      <AlertGroupKeys alert={alert} silent={board.silent} />
      <div className="board-rest">
        {board.reports
          .filter((one) => one.answer === "child_is_with_me" || one.answer === "need_help")
          .map((one) => (
            <div key={one.radio_id} className={`urgent-report ${markOf(one)}`} data-testid={`report-${one.answer}`}>
              <b>{told(one)}</b>
              <span>{name(one)}</span>
              <i>{one.reported_at_ms === null ? "" : clockTime(one.reported_at_ms, zone)}</i>
            </div>
          ))}
        <h4>
          {board.silent.length === 0 ? texts.alerts.everybody : `${texts.alerts.waiting} ${board.silent.length}/${board.total}`}
        </h4>
        <div className="cells" data-testid="board-silent">
          {board.silent.map((one) => (
            <div key={one.radio_id} className={`cell ${markOf(one)}`} title={detail(one)} data-testid="board-cell" data-radio={one.radio_id}>
              <span>{name(one)}</span>
              <StepMark step={steps.get(one.radio_id)} />
              <i>{duration(waitingMs(alert, one, now), texts)}</i>
            </div>
          ))}
        </div>
        <Reports reports={board.reports} name={name} told={told} />
        <h4>
          {texts.alerts.answered} {board.answered.length}/{board.total}
        </h4>
        <div className="dots" data-testid="board-answered">
          {board.answered.map((one) => (
            <div key={one.radio_id} className={`dot ${markOf(one)}`} title={detail(one)} data-testid="board-cell" data-radio={one.radio_id} />
          ))}
        </div>
      </div>
    </>
  );
}

/** The latest that was done about a silent radio, in one letter; in words where the pointer rests. */
function StepMark({ step }: { step: StepDone | undefined }) {
  const texts = useTexts();
  const words = useRoom((room) => (step === undefined ? "" : stepWords(step, room, texts)), "");
  if (step === undefined) return null;
  return (
    <em className={`step${step.passed_over === null ? "" : " passed-over"}`} title={words} data-testid="board-step">
      {texts.escalation.mark[step.action]}
    </em>
  );
}

function Reports(props: { reports: Delivery[]; name: (one: Delivery) => string; told: (one: Delivery) => string }) {
  const texts = useTexts();
  const calm = props.reports.filter((one) => one.answer !== "child_is_with_me" && one.answer !== "need_help");
  const seen = calm.filter((one) => one.answer !== "not_seen" || (one.report_text ?? "") !== "");
  if (seen.length === 0) return null;
  return (
    <>
      <h4>
        {texts.alerts.answers} {props.reports.length}
      </h4>
      <div className="reports">
        {seen.map((one) => (
          <div key={one.radio_id}>
            <b>{props.told(one)}</b> <span>{props.name(one)}</span>
          </div>
        ))}
      </div>
    </>
  );
}
