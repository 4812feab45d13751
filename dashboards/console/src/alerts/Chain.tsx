// The alerts whose place this one took, each folded, with what was reported to it; and the way from an earlier one to the latest.
import { useTexts } from "../language/language";
import { clockTime } from "../language/time";
import type { AlertRecord } from "../room/room";
import { useRoom } from "../room/store";
import { boardOf, earlierOf } from "./board";
import { chooseAlert } from "./chosen";
import { LoudReports, Reports } from "./Reports";

const NO_ALERTS: ReadonlyMap<string, AlertRecord> = new Map();

export function Chain({ alert }: { alert: AlertRecord }) {
  const texts = useTexts();
  const alerts = useRoom((room) => room.alerts, NO_ALERTS);
  const later = alert.updated_to;
  const isKnown = later !== null && alerts.has(later);
  return (
    <>
      {later !== null && (
        <button type="button" className="errand-of" disabled={!isKnown} data-testid="board-later" onClick={() => chooseAlert(later)}>
          {texts.alerts.replaced} · {texts.alerts.toNewest}
        </button>
      )}
      {earlierOf(alert, alerts).map((one) => (
        <Earlier key={one.alert_id} alert={one} />
      ))}
    </>
  );
}

function Earlier({ alert }: { alert: AlertRecord }) {
  const texts = useTexts();
  const zone = useRoom((room) => room.community.time_zone, "UTC");
  const { reports } = boardOf(alert);
  return (
    <details className="earlier" data-testid="board-earlier" data-alert={alert.alert_id}>
      <summary>{texts.alerts.earlier(clockTime(alert.issued_at_ms, zone), reports.length)}</summary>
      <p>{alert.text}</p>
      <LoudReports reports={reports} />
      <Reports reports={reports} />
      <button type="button" className="errand-of" onClick={() => chooseAlert(alert.alert_id)}>
        {texts.escalation.show}
      </button>
    </details>
  );
}
