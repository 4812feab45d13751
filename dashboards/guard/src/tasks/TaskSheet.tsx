// Own tasks: what waits for this person with the time left, and what became of their reports.
import { useState } from "react";

import { mediaUrl } from "../../../console/src/alerts/attachments";
import { errorText, useLanguage, useTexts } from "../../../console/src/language/language";
import { useRoom } from "../../../console/src/room/store";
import type { Ask, AskStep } from "../../../console/src/response/types";
import { useSecond } from "../../../console/src/screen/useSecond";
import { useSession } from "../../../console/src/session/store";
import { press, useAnswers } from "../answers/store";
import { useGuardTexts } from "../language/guardTexts";
import { Sheet } from "../screen/Sheet";
import { dueAtMs, ownState, reportState, stepsFrom } from "./standing";
import { useTasks } from "./store";

export function TaskSheet({ onClose }: { onClose: () => void }) {
  const own = useGuardTexts().tasks;
  const asks = useTasks((store) => store.asks);
  const personId = useSession((session) => session.person?.person_id ?? null);
  const language = useLanguage((store) => store.language);
  const waiting = useAnswers((store) => store.kept.filter((one) => !("alert_id" in one) && one.person_id === personId).length);
  const isFull = useAnswers((store) => store.isFull);
  const refused = useAnswers((store) => store.refused.get("reports"));
  return (
    <Sheet title={own.title} testid="tasks" onClose={onClose}>
      <div className="tasks">
        {isFull && <p className="failure" role="alert">{own.full}</p>}
        {refused !== undefined && <p className="failure" role="alert">{errorText(language, refused.why)}</p>}
        {waiting > 0 && <p className="task-waiting" role="status" data-testid="tasks-waiting" data-count={waiting}>{own.waiting(waiting)}</p>}
        {asks.length === 0 && <p className="task-none">{own.none}</p>}
        {asks.map((one) => <Task key={one.ask_id} ask={one} personId={personId} />)}
      </div>
    </Sheet>
  );
}

function Task({ ask, personId }: { ask: Ask; personId: string | null }) {
  const texts = useGuardTexts();
  const own = texts.tasks;
  const now = useSecond();
  const language = useLanguage((store) => store.language);
  const kept = useAnswers((store) => store.kept);
  const refused = useAnswers((store) => store.refused.get(ask.ask_id));
  const { picture } = useTexts().response;
  const place = useRoom((room) => room.venues.get(ask.place.venue_id ?? "")?.name, undefined);
  const [reason, setReason] = useState<string | null>(null);
  const mine = ownState(ask, kept, personId);
  const state = mine ?? reportState(ask);
  const dueMs = mine === null || ask.phase === "closed" ? null : dueAtMs(ask, mine);
  const leftS = dueMs === null ? null : Math.ceil((dueMs - now) / 1000);
  const say = (step: AskStep, text = ""): void => {
    press({ ask_id: ask.ask_id, step, text });
    setReason(null);
  };
  return (
    <article className={leftS !== null && leftS < 0 ? "task late" : "task"} data-testid="task" data-ask={ask.ask_id} data-state={state}>
      <header>
        <b>{ask.matter === null || ask.kind !== "report" ? own.kind[ask.kind] : texts.report.matter[ask.matter]}</b>
        <span>{ask.phase === "closed" ? own.closed : mine === null ? own.report[state] : own.state[state]}</span>
      </header>
      {ask.text !== "" && <p>{ask.text}</p>}
      {mine !== null && <p className="task-from" data-testid="task-from">{[place, ask.made_by_name].filter((word) => word !== undefined).join(" · ")}</p>}
      {ask.pictures.map((mediaId) => (
        <img key={mediaId} className="task-picture" src={mediaUrl(mediaId)} alt={picture} />
      ))}
      {leftS !== null && <p className="task-left" data-testid="task-left">{leftS < 0 ? own.late(clock(-leftS)) : own.left(clock(leftS))}</p>}
      {refused !== undefined && <p className="failure" role="alert">{errorText(language, refused.why)}</p>}
      {mine !== null && reason === null && (
        <div className="task-keys">
          {stepsFrom(ask, mine).map((step) => (
            <button key={step} type="button" className={step} data-testid={`task-${step}`} onClick={() => (step === "cannot" ? setReason("") : say(step))}>
              {own.step[step]}
            </button>
          ))}
        </div>
      )}
      {reason !== null && (
        <form
          className="answer-text"
          onSubmit={(event) => {
            event.preventDefault();
            if (reason.trim() !== "") say("cannot", reason);
          }}
        >
          <input data-testid="task-reason" maxLength={500} placeholder={own.reason} aria-label={own.reason} value={reason} onChange={(event) => setReason(event.target.value)} />
          <button type="submit" disabled={reason.trim() === ""}>{texts.answers.send}</button>
        </form>
      )}
    </article>
  );
}

/** Hours where there are any, minutes and seconds. */
function clock(s: number): string {
  const parts = [Math.floor(s / 60) % 60, s % 60].map((one) => String(one).padStart(2, "0"));
  return s >= 3600 ? [Math.floor(s / 3600), ...parts].join(":") : parts.join(":");
}
