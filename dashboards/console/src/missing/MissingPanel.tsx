// Below the map, of the case at work: the steps with their switches, what was seen with yes and no, who is silent, the end.
import { Button, Input, Popover, Switch } from "antd";
import { useState } from "react";

import { errorText, inLanguage, useLanguage, useTexts } from "../language/language";
import { clockTime } from "../language/time";
import type { AlertRecord } from "../room/room";
import { useRoom } from "../room/store";
import type { Venue } from "../room/types";
import { chooseOnMap } from "../map/store";
import { useSecond } from "../screen/useSecond";
import { useMay } from "../session/store";
import { capUrl, missingHub, reportUrl } from "./hub";
import { clockOf, reachOf } from "./shown";
import { tellOf, useShownChild } from "./store";
import { SWITCHED, type Evidence, type MissingChild, type Step, type SwitchedStep } from "./types";

const NO_ALERTS: ReadonlyMap<string, AlertRecord> = new Map();
const NO_VENUES: ReadonlyMap<string, Venue> = new Map();

const isSwitched = (step: Step): step is Step & { name: SwitchedStep } => (SWITCHED as readonly string[]).includes(step.name);

export function MissingPanel() {
  const child = useShownChild();
  const language = useLanguage((store) => store.language);
  const [failure, setFailure] = useState<unknown>(null);
  if (child === null) return null;
  const doing = (work: Promise<unknown>): void => {
    setFailure(null);
    work.catch(setFailure);
  };
  return (
    <div className="missing-panel" data-testid="missing-panel" data-ended={child.ended_at_ms !== null}>
      <Steps child={child} doing={doing} />
      <Seen child={child} doing={doing} />
      <Venues child={child} />
      <End child={child} doing={doing} />
      {failure !== null && (
        <div className="failure" role="alert">
          {errorText(language, failure)}
        </div>
      )}
    </div>
  );
}

interface Part {
  child: MissingChild;
  doing: (work: Promise<unknown>) => void;
}

function Steps({ child, doing }: Part) {
  const { missing: words } = useTexts();
  const language = useLanguage((store) => store.language);
  const decides = useMay("open_case");
  const isOver = child.ended_at_ms !== null;
  return (
    <ul className="missing-steps">
      {child.steps.map((step) => {
        const why = step.why === null ? "" : inLanguage(language, step.why, step.why_en ?? step.why);
        return (
          <li key={step.name} className={step.state} data-testid={`missing-step-${step.name}`} data-state={step.state}>
            <b>{words.step[step.name]}</b>
            <span className="state" title={why}>
              {words.state[step.state]}
              {why !== "" && <small> {why}</small>}
            </span>
            {isSwitched(step) && (
              <Switch
                size="small"
                checked={step.state !== "off"}
                disabled={!decides || isOver}
                aria-label={words.step[step.name]}
                onChange={(on) => doing(missingHub.setStep(child.case_id, step.name, on))}
              />
            )}
            {step.state === "failed" && isSwitched(step) && (
              <Button size="small" onClick={() => doing(missingHub.setStep(child.case_id, step.name, true))}>
                {words.again}
              </Button>
            )}
          </li>
        );
      })}
    </ul>
  );
}

function Seen({ child, doing }: Part) {
  const { missing: words } = useTexts();
  return (
    <section className="missing-seen">
      <h3>{words.evidence}</h3>
      {child.evidence.length === 0 && <p className="empty">{words.nothingSeen}</p>}
      <ol>
        {[...child.evidence].reverse().map((one) => (
          <Piece key={one.evidence_id} one={one} child={child} doing={doing} />
        ))}
      </ol>
    </section>
  );
}

function Piece({ one, child, doing }: Part & { one: Evidence }) {
  const { missing: words } = useTexts();
  const zone = useRoom((room) => room.community.time_zone, "UTC");
  const venue = useRoom((room) => room.venues.get(one.venue_id ?? "")?.name, undefined);
  const camera = useRoom((room) => room.cameras.get(one.camera_id ?? "")?.name, undefined);
  const decides = useMay("open_case") && child.ended_at_ms === null;
  const judge = (verdict: "confirmed" | "rejected") => () => doing(missingHub.judge(child.case_id, one.evidence_id, verdict));
  return (
    <li className={one.state} data-testid="missing-evidence" data-kind={one.kind} data-state={one.state}>
      <time>{clockTime(one.at_ms, zone)}</time>
      <b>{words.kind[one.kind]}</b>
      <span>{[camera, venue, one.text].filter((word) => word !== undefined && word !== "").join(" ")}</span>
      <em>{words.evidenceState[one.state]}</em>
      {decides && (one.state === "stands" || one.state === "doubted") && one.kind !== "with_me" && (
        <button type="button" className="yes" data-testid="evidence-yes" onClick={judge("confirmed")}>
          {words.yes}
        </button>
      )}
      {decides && one.state !== "rejected" && one.kind === "seen" && (
        <button type="button" className="no" data-testid="evidence-no" onClick={judge("rejected")}>
          {words.no}
        </button>
      )}
    </li>
  );
}

const SILENT_SHOWN = 12;

function Venues({ child }: { child: MissingChild }) {
  const { missing: words } = useTexts();
  const now = useSecond();
  const alerts = useRoom((room) => room.alerts, NO_ALERTS);
  const venues = useRoom((room) => room.venues, NO_VENUES);
  const { silent } = reachOf(child, alerts);
  const name = (venueId: string): string => venues.get(venueId)?.name ?? venueId;
  const show = (venueId: string) => () => chooseOnMap({ kind: "venue", id: venueId });
  return (
    <section className="missing-venues">
      <h3>{words.silent(silent.length)}</h3>
      <ul data-testid="missing-silent">
        {silent.slice(0, SILENT_SHOWN).map((venueId) => (
          <li key={venueId}>
            <button type="button" onClick={show(venueId)}>
              {name(venueId)}
            </button>
          </li>
        ))}
        {silent.length > SILENT_SHOWN && <li>{words.more(silent.length - SILENT_SHOWN)}</li>}
      </ul>
      {child.ended_at_ms === null && child.next_venues.length > 0 && (
        <>
          <h3>{words.next}</h3>
          <ul data-testid="missing-next">
            {child.next_venues.slice(0, 4).map(({ venue_id, due_at_ms }) => (
              <li key={venue_id}>
                <button type="button" onClick={show(venue_id)}>
                  {name(venue_id)}
                </button>{" "}
                <small>{due_at_ms > now ? clockOf(due_at_ms - now) : words.now}</small>
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}

function End({ child, doing }: Part) {
  const { missing: words } = useTexts();
  const decides = useMay("open_case");
  const [note, setNote] = useState("");
  const isOver = child.ended_at_ms !== null;
  return (
    <section className="missing-end">
      {isOver && (
        <p className={child.was_found === true ? "found" : ""} data-testid="missing-over">
          {child.was_found === true ? words.found(clockOf((child.ended_at_ms ?? 0) - child.started_at_ms)) : words.over}
        </p>
      )}
      {!isOver && decides && (
        <>
          <Button data-testid="missing-more" onClick={() => tellOf(child.case_id)}>
            {words.tellMore}
          </Button>
          {child.beyond !== true && (
            <Button data-testid="missing-beyond" onClick={() => doing(missingHub.goBeyond(child.case_id, true))}>
              {words.beyondGo}
            </Button>
          )}
          <Popover
            trigger="click"
            placement="topRight"
            content={
              <div className="found-otherwise">
                <p>{words.foundAsk}</p>
                <Input data-testid="missing-found-note" value={note} maxLength={300} placeholder={words.foundNote} onChange={(event) => setNote(event.target.value)} />
                <Button
                  type="primary"
                  data-testid="missing-found-confirm"
                  onClick={() => doing(missingHub.foundOtherwise(child.case_id, note.trim()))}
                >
                  {words.foundYes}
                </Button>
              </div>
            }
          >
            <Button type="primary" data-testid="missing-found">
              {words.foundKey}
            </Button>
          </Popover>
        </>
      )}
      <a className="ant-btn" href={reportUrl(child.case_id)} target="_blank" rel="noreferrer" data-testid="missing-report">
        {words.report}
      </a>
      {child.alerts.length > 0 && child.beyond === true && (
        <a href={capUrl(child.case_id)} download={`${child.case_id}.xml`} data-testid="missing-cap">
          {words.cap}
        </a>
      )}
    </section>
  );
}
