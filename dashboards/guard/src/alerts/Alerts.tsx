// Alerts to one's own venues, their text in full as they arrive; shown alone, since a radio's key acknowledges them.
import { useEffect, useState } from "react";

import { useTexts } from "../../../console/src/language/language";
import { hourAndMinute } from "../../../console/src/language/time";
import type { AlertRecord } from "../../../console/src/room/room";
import { useRoom } from "../../../console/src/room/store";
import { useSecond } from "../../../console/src/screen/useSecond";
import { playTone } from "../../../console/src/talk/audio";
import { useTalk } from "../../../console/src/talk/store";
import { useGuardTexts } from "../language/guardTexts";
import { vibrate } from "../talk/signals";
import { currentAlerts } from "./current";

const NO_ALERTS: ReadonlyMap<string, AlertRecord> = new Map();

export function Alerts() {
  const own = useGuardTexts();
  const texts = useTexts();
  const now = useSecond();
  const zone = useRoom((room) => room.community.time_zone, "UTC");
  const alerts = currentAlerts(useRoom((room) => room.alerts, NO_ALERTS), now);
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const shown = alerts.filter((one) => !hidden.has(one.alert_id));
  const [newest] = shown;
  const newestId = newest?.alert_id;
  const isReal = newest?.status === "actual";

  useEffect(() => {
    if (newestId === undefined || !isReal) return;
    vibrate("alert");
    if (useTalk.getState().floor.state !== "speaking") playTone("found");
  }, [newestId, isReal]);

  if (alerts.length === 0) return null;
  if (newest === undefined) {
    return (
      <button type="button" className="alerts-hidden" data-testid="alerts-show" onClick={() => setHidden(new Set())}>
        {own.showAlerts(alerts.length)}
      </button>
    );
  }
  return (
    <article className={`alert ${isReal ? newest.severity : "not-real"}`} role="alert" data-testid="alert" data-alert={newest.alert_id}>
      <header>
        <b>
          {newest.status === "actual" ? own.alert(texts.severity[newest.severity]) : texts.rollCall.notReal[newest.status]}
        </b>
        <time>{hourAndMinute(newest.issued_at_ms, zone)}</time>
        {shown.length > 1 && <span>{own.moreAlerts(shown.length - 1)}</span>}
        <button
          type="button"
          data-testid="alert-hide"
          onClick={() => setHidden((before) => new Set(before).add(newest.alert_id))}
        >
          {own.hideAlert}
        </button>
      </header>
      <p data-testid="alert-text">{newest.text}</p>
      <footer>{own.onlyShown}</footer>
    </article>
  );
}
