// The one thing that must not be missed: a guard says the child is with him, or that he needs help.
import { Button } from "antd";
import { useEffect, useRef } from "react";

import { useTexts } from "../language/language";
import { clockTime } from "../language/time";
import { holderWords } from "../radios/holder";
import type { AlertRecord, ReportRecord } from "../room/room";
import { useRoom } from "../room/store";
import { playTone } from "../talk/audio";
import { noteKey } from "./noted";
import { isUrgent } from "./status";
import { noteReport, useAlertDesk } from "./store";

const NO_REPORTS: readonly ReportRecord[] = [];
const NO_ALERTS: ReadonlyMap<string, AlertRecord> = new Map();

export function UrgentReports() {
  const texts = useTexts();
  const reports = useRoom((room) => room.reports, NO_REPORTS);
  const alerts = useRoom((room) => room.alerts, NO_ALERTS);
  const noted = useAlertDesk((desk) => desk.noted);
  const venues = useRoom((room) => room.venues, null);
  const radios = useRoom((room) => room.radios, null);
  const zone = useRoom((room) => room.community.time_zone, "UTC");
  const unnoted = reports.filter((report) => isUrgent(report, alerts) && !noted.has(noteKey(report)));
  const newest = unnoted[0];
  const sounded = useRef(0);

  useEffect(() => {
    if (newest === undefined || newest.at_ms <= sounded.current) return;
    sounded.current = newest.at_ms;
    playTone(newest.answer === "need_help" ? "help" : "found");
  }, [newest]);

  const open = unnoted.slice(0, 3);
  if (open.length === 0) return null;
  return (
    <div className="urgent-reports" role="alert" data-testid="urgent">
      {open.map((report) => (
        <div key={report.number} className={report.answer === "need_help" ? "help" : "child"}>
          <b>{report.answer === "need_help" ? texts.answer.need_help : texts.answer.child_is_with_me}</b>
          <span className="where">{venues?.get(report.venue_id)?.name ?? report.venue_id}</span>
          <span>
            {[holderWords(radios?.get(report.radio_id), texts), report.radio_id, clockTime(report.at_ms, zone), report.text ?? ""]
              .filter((word) => word !== "")
              .join(" · ")}
          </span>
          <Button size="large" onClick={() => noteReport(report)} data-testid="urgent-noted">
            {texts.alerts.seenBy}
          </Button>
        </div>
      ))}
    </div>
  );
}
