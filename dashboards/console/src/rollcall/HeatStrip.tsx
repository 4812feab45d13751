// The latest 30 roll-calls, oldest left, each as warm as it went; a click shows its list.
import { useTexts } from "../language/language";
import { calendarDay, hourAndMinute } from "../language/time";
import { useRoom } from "../room/store";
import type { RollCallSummary } from "./hub";
import { warmth } from "./sections";

const SHOWN = 30;

interface Props {
  /** Newest first. */
  all: readonly RollCallSummary[];
  shownId: string;
  onChoose: (rollCallId: string) => void;
}

export function HeatStrip({ all, shownId, onChoose }: Props) {
  const texts = useTexts();
  const words = texts.rollCall;
  const zone = useRoom((room) => room.community.time_zone, "UTC");
  const shown = all.filter((one) => one.ended_at_ms !== null).slice(0, SHOWN).reverse();
  if (shown.length === 0) return null;
  return (
    <div className="roll-call-strip">
      <span className="field">{words.history}</span>
      <div data-testid="roll-call-strip">
        {shown.map(({ roll_call_id, begun_at_ms, counts }) => {
          const { ready, expected } = counts;
          const day = calendarDay(begun_at_ms, zone);
          const share = expected === 0 ? "–" : String(Math.floor((100 * ready) / expected));
          return (
            <button
              key={roll_call_id}
              type="button"
              className={`warm-${warmth(counts) ?? "none"}`}
              aria-pressed={roll_call_id === shownId}
              title={words.day(`${day} ${hourAndMinute(begun_at_ms, zone)}`, ready, expected)}
              onClick={() => onChoose(roll_call_id)}
            >
              <b>{share}</b>
              <i>{day.slice(8)}</i>
            </button>
          );
        })}
      </div>
    </div>
  );
}
