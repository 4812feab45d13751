// The keys that answer an alert: first that it was read, then what was seen; what waits without a connection says so.
import { useState } from "react";

import { useSettled } from "../../../console/src/browser/useSettled";
import { errorText, useLanguage, useTexts } from "../../../console/src/language/language";
import { clockTime } from "../../../console/src/language/time";
import type { AlertRecord } from "../../../console/src/room/room";
import { useRoom } from "../../../console/src/room/store";
import { MOST_TEXT, type Answer, type Venue } from "../../../console/src/room/types";
import { useMay } from "../../../console/src/session/store";
import { useGuardTexts } from "../language/guardTexts";
import { standingOf, venuesOf, type Where } from "./standing";
import { press, useAnswers } from "./store";
import { nameVenue, useWhere } from "./where";

const ANSWERS: readonly Answer[] = ["child_is_with_me", "seen", "not_seen", "need_help"];
const NO_VENUES: ReadonlyMap<string, Venue> = new Map();

export function AnswerKeys({ alert }: { alert: AlertRecord }) {
  const own = useGuardTexts();
  const answers = useMay("answer_alert");
  const where = useWhere(alert.alert_id);
  const { hasOwn, venueId } = where;
  if (!answers) return <p className="answer-why" data-testid="answer-why">{own.answers.notHere}</p>;
  if (alert.status === "test") return <p className="answer-why" data-testid="answer-why">{own.answers.test}</p>;
  return (
    <div className="answers">
      {!hasOwn && <VenueChoice alert={alert} chosen={venueId} />}
      {hasOwn || venueId !== null ? (
        <Keys key={venueId} alert={alert} where={where} />
      ) : (
        <p className="answer-why" data-testid="answer-why">{own.answers.chooseVenue}</p>
      )}
    </div>
  );
}

interface ChoiceProps {
  alert: AlertRecord;
  chosen: string | null;
}

function VenueChoice({ alert, chosen }: ChoiceProps) {
  const own = useGuardTexts();
  const venues = useRoom((room) => room.venues, NO_VENUES);
  return (
    <label className="answer-venue">
      {own.answers.where}
      <select data-testid="answer-venue" value={chosen ?? ""} onChange={(event) => nameVenue(alert.alert_id, event.target.value)}>
        <option value="" disabled>
          {own.answers.chooseHere}
        </option>
        {venuesOf(alert).map((id) => (
          <option key={id} value={id}>
            {venues.get(id)?.name ?? id}
          </option>
        ))}
      </select>
    </label>
  );
}

function Keys({ alert, where }: { alert: AlertRecord; where: Where }) {
  const texts = useTexts();
  const own = useGuardTexts();
  const kept = useAnswers((store) => store.kept);
  const [text, setText] = useState("");
  const { isAcknowledged, answer, waiting } = standingOf(alert, where, kept);
  const { venueId } = where;
  const alertId = alert.alert_id;
  const isSettled = useSettled(isAcknowledged ? "answers" : "acknowledge");
  return (
    <>
      {isAcknowledged ? (
        <div className="answer-grid">
          {ANSWERS.map((one) => (
            <button
              key={one}
              type="button"
              className={`answer-key ${one}`}
              data-testid={`answer-${one}`}
              aria-pressed={answer === one}
              disabled={!isSettled}
              onClick={() => press({ alert_id: alertId, venue_id: venueId, answer: one, text: "" })}
            >
              {texts.answer[one]}
            </button>
          ))}
        </div>
      ) : (
        <button
          type="button"
          className="acknowledge"
          data-testid="acknowledge"
          disabled={!isSettled}
          onClick={() => press({ alert_id: alertId, venue_id: venueId, answer: null, text: "" })}
        >
          {own.answers.acknowledge}
        </button>
      )}
      {isAcknowledged && (
        <form
          className="answer-text"
          onSubmit={(event) => {
            event.preventDefault();
            if (text.trim() === "") return;
            press({ alert_id: alertId, venue_id: venueId, answer: null, text });
            setText("");
          }}
        >
          <input
            data-testid="answer-text"
            aria-label={own.answers.text}
            maxLength={MOST_TEXT}
            placeholder={own.answers.text}
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
          <button type="submit" data-testid="answer-send" disabled={text.trim() === ""}>
            {own.answers.send}
          </button>
        </form>
      )}
      <Stand alert={alert} venueId={venueId} waiting={waiting.length} />
    </>
  );
}

/** Whether what was pressed has left, and what the hub says of it. */
function Stand({ alert, venueId, waiting }: { alert: AlertRecord; venueId: string | null; waiting: number }) {
  const own = useGuardTexts();
  const language = useLanguage((store) => store.language);
  const zone = useRoom((room) => room.community.time_zone, "UTC");
  const refused = useAnswers((store) => store.refused.get(alert.alert_id));
  const isStuck = useAnswers((store) => store.isStuck);
  const isFull = useAnswers((store) => store.isFull);
  const lines = [...alert.deliveries.values()].filter((one) => venueId === null || one.venue_id === venueId);
  const first = lines.find((one) => one.acknowledged_at_ms !== null);
  if (isFull) return <p className="answer-stand bad" role="alert">{own.answers.full}</p>;
  if (refused !== undefined) {
    return (
      <p className="answer-stand bad" role="alert" data-testid="answer-refused">
        {errorText(language, refused.why)}
      </p>
    );
  }
  if (waiting > 0) {
    return (
      <p className={isStuck ? "answer-stand waits" : "answer-stand"} role="status" data-testid="answer-waiting" data-count={waiting}>
        {isStuck ? own.answers.waiting(waiting) : own.answers.sending}
      </p>
    );
  }
  if (first === undefined) return <p className="answer-stand">{own.answers.radioSounds}</p>;
  const at = clockTime(first.acknowledged_at_ms ?? 0, zone);
  return (
    <p className="answer-stand good" role="status" data-testid="answer-known">
      {first.reported_at_ms === null ? own.answers.acknowledged(at) : own.answers.reported(clockTime(first.reported_at_ms, zone))}
    </p>
  );
}
