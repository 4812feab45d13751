// What guards answered to an alert: the child and calls for help large, then what was seen or said.
import { useTexts } from "../language/language";
import { clockTime } from "../language/time";
import { useRoom } from "../room/store";
import type { Delivery } from "../room/types";
import { markOf } from "./board";
import { answerWords, useToldBy } from "./told";

const isLoud = ({ answer }: Delivery): boolean => answer === "child_is_with_me" || answer === "need_help";
const saysMore = (one: Delivery): boolean => one.answer !== "not_seen" || (one.report_text ?? "") !== "";

/** Sorted as `boardOf` does: the child first. */
export function LoudReports({ reports }: { reports: readonly Delivery[] }) {
  return reports.filter(isLoud).map((one) => <Loud key={one.radio_id} one={one} />);
}

export function Reports({ reports }: { reports: readonly Delivery[] }) {
  const texts = useTexts();
  const calm = reports.filter((one) => !isLoud(one) && saysMore(one));
  if (calm.length === 0) return null;
  return (
    <>
      <h4>
        {texts.alerts.answers} {reports.length}
      </h4>
      <div className="reports">
        {calm.map((one) => (
          <Calm key={one.radio_id} one={one} />
        ))}
      </div>
    </>
  );
}

const useVenue = (one: Delivery): string => useRoom((room) => room.venues.get(one.venue_id)?.name ?? one.venue_id, one.venue_id);

function Loud({ one }: { one: Delivery }) {
  const texts = useTexts();
  const zone = useRoom((room) => room.community.time_zone, "UTC");
  const venue = useVenue(one);
  const by = useToldBy(one);
  return (
    <div className={`urgent-report ${markOf(one)}`} data-testid={`report-${one.answer}`}>
      <b>{answerWords(one, texts)}</b>
      <span>
        {venue} {by}
      </span>
      <i>{one.reported_at_ms === null ? "" : clockTime(one.reported_at_ms, zone)}</i>
    </div>
  );
}

function Calm({ one }: { one: Delivery }) {
  const texts = useTexts();
  const venue = useVenue(one);
  const by = useToldBy(one);
  return (
    <div>
      <b>{answerWords(one, texts)}</b> <span>{venue}</span> {by !== "" && <i>{by}</i>}
    </div>
  );
}
