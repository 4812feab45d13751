// The board of one alert: counts with seconds, who has not answered first, then reports and who answered.
import { Select } from "antd";
import { useMemo } from "react";

import { EscalationLine } from "../escalation/EscalationLine";
import { useEscalation } from "../escalation/store";
import { AlertGroupKeys } from "../groups/AlertGroupKeys";
import { useTexts } from "../language/language";
import { clockTime } from "../language/time";
import type { AlertRecord } from "../room/room";
import { useRoom } from "../room/store";
import type { TalkGroup, Venue } from "../room/types";
import { useLowerTab } from "../screen/lower";
import { useMay } from "../session/store";
import { AlertMedia } from "./AlertMedia";
import { boardOf, isElsewhere } from "./board";
import { CancelKey } from "./CancelKey";
import { Answered, Silent } from "./Cells";
import { Chain } from "./Chain";
import { chooseAlert, newestFirst, useChosenAlert } from "./chosen";
import { LoudReports, Reports } from "./Reports";
import { StateCounts } from "./StateCounts";
import { targetWords } from "./target";
import { UpdateKey } from "./UpdateKey";

const NO_ALERTS: ReadonlyMap<string, AlertRecord> = new Map();
const NO_GROUPS: readonly TalkGroup[] = [];
const NO_VENUES: ReadonlyMap<string, Venue> = new Map();

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
        aria-label={texts.alerts.choose}
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
            <UpdateKey alert={alert} />
            <CancelKey key={alert.alert_id} alert={alert} />
          </div>
          <AlertMedia alert={alert} />
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
  const board = useMemo(() => boardOf(alert), [alert]);
  const escalation = useEscalation(alert.alert_id);
  const isBelow = useLowerTab() === "wall";
  const elsewhere = board.answered.filter(isElsewhere).length;
  return (
    <>
      <StateCounts board={board} />
      <EscalationLine view={escalation} alert={alert} silent={board.silent} />
      <AlertGroupKeys alert={alert} silent={board.silent} />
      <div className="board-rest">
        <LoudReports reports={board.reports} />
        <Chain alert={alert} />
        {!isBelow && <Silent alert={alert} board={board} />}
        {elsewhere > 0 && (
          <p className="elsewhere-count" data-testid="board-elsewhere" data-value={elsewhere}>
            {texts.alerts.answeredElsewhere(elsewhere)}
          </p>
        )}
        <Reports reports={board.reports} />
        {!isBelow && <Answered board={board} />}
      </div>
    </>
  );
}
