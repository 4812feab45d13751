// Below the map, of a dispute: what it is about, what was tried, who could mediate and why, and the visits afterwards.
import { Button, Input, Select } from "antd";
import { useEffect, useState } from "react";

import { errorText, inLanguage, useLanguage, useTexts } from "../language/language";
import { dayAndTime } from "../language/time";
import { useOpenCase } from "../cases/store";
import { useRoom } from "../room/store";
import type { Case } from "../room/types";
import { useMay } from "../session/store";
import { useDraft } from "./drafts";
import { deskHub } from "./hub";
import { DISPUTE_CLASSES, type DisputeClass, type Mediation } from "./types";

export function MediationPanel() {
  const current = useOpenCase();
  return current === null ? null : <Panel key={current.case_id} current={current} />;
}

function Panel({ current }: { current: Case }) {
  const { case_id: caseId } = current;
  const texts = useTexts();
  const words = texts.mediation;
  const language = useLanguage((store) => store.language);
  const zone = useRoom((room) => room.community.time_zone, "UTC");
  const newest = useRoom((room) => room.events.find((item) => item.subject === caseId)?.number ?? 0, 0);
  const decides = useMay("open_case");
  const [mediation, setMediation] = useState<Mediation | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const [text, setText] = useDraft(caseId, "mediation");
  useEffect(() => {
    let isOver = false;
    deskHub.mediation(caseId).then(
      (found) => isOver || setMediation(found),
      (error: unknown) => isOver || setFailure(error),
    );
    return () => {
      isOver = true;
    };
  }, [caseId, newest]);
  const doing = (work: Promise<unknown>): void => {
    setFailure(null);
    work.then(() => setText(""), setFailure);
  };
  if (mediation === null) return null;
  const going = mediation.attempts.find((one) => one.agreed === null);
  const mayBegin = decides && going === undefined && ["dispatch", "handle"].includes(current.standing.stage);
  return (
    <div className="mediation" data-testid="mediation">
      <section>
        <h3>{words.about}</h3>
        <Select
          size="small"
          value={mediation.dispute_class}
          disabled={!decides}
          data-testid="dispute-class"
          onChange={(value: DisputeClass) => doing(deskHub.setClass(caseId, value))}
          options={DISPUTE_CLASSES.map((value) => ({ value, label: words.classes[value] }))}
        />
        <h3>{words.tried}</h3>
        {mediation.attempts.length === 0 && <p className="empty">{words.nothingTried}</p>}
        <ol>
          {mediation.attempts.map((one) => (
            <li key={one.begun_at_ms} data-testid="mediation-attempt">
              <time>{dayAndTime(one.begun_at_ms, zone)}</time> {one.name} {words.routes[one.route]}{" "}
              <b>{one.agreed === null ? words.going : one.agreed ? words.agreed : words.notAgreed}</b> {one.text}
            </li>
          ))}
          {mediation.visits.map((one) => (
            <li key={one.at_ms} data-testid="mediation-visit">
              <time>{dayAndTime(one.at_ms, zone)}</time> {words.visit} <b>{one.solved ? words.solved : words.unsolved}</b> {one.text}
            </li>
          ))}
        </ol>
        {decides && (going !== undefined || current.standing.stage === "feed_back") && (
          <div className="row">
            <Input value={text} maxLength={500} placeholder={words.note} data-testid="mediation-note" onChange={(event) => setText(event.target.value)} />
            {going !== undefined ? (
              <>
                <Button type="primary" data-testid="mediation-agreed" onClick={() => doing(deskHub.endMediation(caseId, true, text))}>
                  {words.agreed}
                </Button>
                <Button data-testid="mediation-failed" onClick={() => doing(deskHub.endMediation(caseId, false, text))}>
                  {words.notAgreed}
                </Button>
              </>
            ) : (
              <>
                <Button type="primary" data-testid="visit-solved" onClick={() => doing(deskHub.visit(caseId, true, text))}>
                  {`${words.visit}${texts.clause}${words.solved}`}
                </Button>
                <Button data-testid="visit-unsolved" onClick={() => doing(deskHub.visit(caseId, false, text))}>
                  {words.unsolved}
                </Button>
              </>
            )}
          </div>
        )}
        {failure !== null && (
          <div className="failure" role="alert">
            {errorText(language, failure)}
          </div>
        )}
      </section>
      <section>
        <h3>{words.proposals}</h3>
        {mediation.proposals.length === 0 && <p className="empty">{words.noMediators}</p>}
        <ol>
          {mediation.proposals.map(({ mediator, why, why_en }) => (
            <li key={mediator.mediator_id} data-testid="mediator">
              <b>{mediator.name}</b> <small>{mediator.organisation}</small> <span>{inLanguage(language, why, why_en)}</span> <small>{mediator.phone}</small>
              {mayBegin && (
                <Button size="small" data-testid="mediator-begin" onClick={() => doing(deskHub.beginMediation(caseId, mediator.mediator_id))}>
                  {words.begin}
                </Button>
              )}
            </li>
          ))}
        </ol>
      </section>
    </div>
  );
}
