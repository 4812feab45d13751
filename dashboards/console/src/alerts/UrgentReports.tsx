// What must not be missed: a guard needs help, or has the child though its alert was cancelled or he was asked nothing.
import { Button } from "antd";
import { useEffect, useRef } from "react";

import { useTexts } from "../language/language";
import { clockTime } from "../language/time";
import { holderWords } from "../radios/holder";
import type { AlertRecord, ReportRecord } from "../room/room";
import { useRoom } from "../room/store";
import { playTone } from "../talk/audio";
import { noteKey } from "./noted";
import { isUrgent, stopsRoom } from "./status";
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
  const whoSaid = (report: ReportRecord): string[] =>
    report.radio_id === null
      ? [report.by ?? "", texts.found.via[report.via]]
      : [holderWords(radios?.get(report.radio_id), texts), report.radio_id];
  const unnoted = reports.filter((report) => isUrgent(report, alerts) && !stopsRoom(report, alerts) && !noted.has(noteKey(report)));
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
            {[...whoSaid(report), clockTime(report.at_ms, zone), report.text ?? ""]
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
