// "Child is with me" stops the room: over everything, heard once, until the alert is cancelled or it was not the child.
import { Button } from "antd";
import { useEffect, useLayoutEffect, useRef } from "react";

import { useSettled } from "../browser/useSettled";
import { errorText, useLanguage, useTexts } from "../language/language";
import { clockTime, duration } from "../language/time";
import { mediaUrl } from "../alerts/attachments";
import { useMissingChildren } from "../missing/store";
import type { AlertRecord } from "../room/room";
import { useRoom } from "../room/store";
import type { Case, Radio, Venue } from "../room/types";
import { useSecond } from "../screen/useSecond";
import { useMay, useSession } from "../session/store";
import { playTone } from "../talk/audio";
import { CallKey } from "../talk/CallKey";
import { useTalk } from "../talk/store";
import { putAside, soundsFirst } from "./aside";
import type { Found } from "./hub";
import { runningAlert } from "./known";
import { useShown } from "./shown";
import { useEnding } from "./useEnding";
import "./found.css";

const NO_ALERTS: ReadonlyMap<string, AlertRecord> = new Map();
const NO_CASES: ReadonlyMap<string, Case> = new Map();
const NO_RADIOS: ReadonlyMap<string, Radio> = new Map();
const NO_VENUES: ReadonlyMap<string, Venue> = new Map();
const SHOWN = 2;

export function FoundOver() {
  const shown = useShown();
  const speaks = useTalk((talk) => talk.floor.state === "speaking");
  const newest = shown[0]?.found_id;

  useEffect(() => {
    if (newest !== undefined && !speaks && soundsFirst(newest)) playTone("found");
  }, [newest, speaks]);

  return shown.length === 0 ? null : <Over shown={shown} />;
}

function Over({ shown }: { shown: readonly Found[] }) {
  const texts = useTexts();
  const over = useRef<HTMLDivElement>(null);
  // What is being typed goes no longer to what is covered, nor to a key; it goes on where it was once this is over.
  useLayoutEffect(() => {
    const before = document.activeElement;
    over.current?.focus();
    return () => {
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  const cards = shown.slice(0, SHOWN);
  const stands = cards.map((one) => one.found_id).join();
  return (
    // Not aria-modal: a guard's own call for help stands above it.
    <div ref={over} className="found-over" role="alertdialog" tabIndex={-1} aria-label={texts.found.label} data-testid="found-over">
      <div className="found-cards">
        {cards.map((one) => (
          <FoundCard key={one.found_id} found={one} stands={stands} />
        ))}
        {shown.length > SHOWN && <div className="found-more">{texts.found.more(shown.length - SHOWN)}</div>}
      </div>
    </div>
  );
}

interface CardProps {
  found: Found;
  /** The ids of all that have a card: when one comes or goes the others' keys move. */
  stands: string;
}

function FoundCard({ found, stands }: CardProps) {
  const texts = useTexts();
  const words = texts.found;
  const language = useLanguage((store) => store.language);
  const now = useSecond();
  const venues = useRoom((room) => room.venues, NO_VENUES);
  const radios = useRoom((room) => room.radios, NO_RADIOS);
  const cases = useRoom((room) => room.cases, NO_CASES);
  const alerts = useRoom((room) => room.alerts, NO_ALERTS);
  const zone = useRoom((room) => room.community.time_zone, "UTC");
  const me = useSession((session) => session.person?.person_id);
  const calls = useMay("call");
  const issues = useMay("issue_alert");
  const venue = venues.get(found.venue_id)?.name ?? found.venue_id;
  const radioId = found.radio_id ?? [...radios.values()].find((one) => one.venue_id === found.venue_id)?.radio_id;
  const running = runningAlert(found, alerts, now);
  const photo = alerts.get(found.alert_id)?.picture;
  const sought = useMissingChildren().get(alerts.get(found.alert_id)?.case_id ?? "");
  const endsAll = sought !== undefined && sought.ended_at_ms === null;
  const caseTitle = cases.get(alerts.get(found.alert_id)?.case_id ?? "")?.title;
  const { busy, failure, cancel, close } = useEnding(found, running);
  const isSettled = useSettled(`${stands} ${running === null}`);
  const at = (key: string): { "aria-label": string } => ({ "aria-label": words.keyAt(key, venue) });
  const isMine = found.issued_by === me;
  const who = [found.name ?? found.by ?? words.unnamed, words.via[found.via], found.radio_id ?? ""].filter((one) => one !== "").join(" · ");
  return (
    <section className={`found-card ${found.status}`} data-testid="found" data-found={found.found_id}>
      <h2>
        {found.status !== "actual" && <b className="found-not-real">{texts.rollCall.notReal[found.status]}</b>}
        {words.label}
      </h2>
      <p className="found-venue" data-testid="found-venue">
        {venue}
      </p>
      <p className="found-who">
        <b>{who}</b> {clockTime(found.at_ms, zone)} · {words.since(duration(now - found.at_ms, texts))}
      </p>
      {photo && <img className="found-photo" src={mediaUrl(photo.media_id)} alt={texts.missing.photo} />}
      {found.text !== "" && <p className="found-text">{found.text}</p>}
      <dl>
        <dt>{words.alert}</dt>
        <dd>{found.alert_text}</dd>
        {caseTitle !== undefined && <dt>{words.case}</dt>}
        {caseTitle !== undefined && <dd data-testid="found-case">{caseTitle}</dd>}
        <dt>{words.issuedBy}</dt>
        <dd>{isMine ? words.you : found.issued_by}</dd>
      </dl>
      <p className="found-stopped">{words.stopped}</p>
      {issues && (
        <p className={isMine ? "found-ask mine" : "found-ask"} data-testid="found-ask">
          {endsAll ? words.ask : running === null ? words.askOver : isMine ? words.askYou : words.ask}
        </p>
      )}
      {failure !== null && (
        <div className="failure" role="alert">
          {errorText(language, failure)}
        </div>
      )}
      <div className="found-keys">
        {calls && radioId !== undefined && <CallKey radioId={radioId} words={words.call(venue)} testid="found-call" />}
        {issues && endsAll && (
          <Button {...at(texts.missing.endsAll)} size="large" type="primary" disabled={!isSettled} loading={busy} data-testid="found-ends-all" onClick={() => void close("the_child")}>
            {texts.missing.endsAll}
          </Button>
        )}
        {issues && !endsAll && running !== null && (
          <Button
            {...at(words.cancel)}
            size="large"
            type={isMine ? "primary" : "default"}
            disabled={!isSettled}
            loading={busy}
            data-testid="found-cancel"
            onClick={() => void cancel(words.cancelText(venue))}
          >
            {words.cancel}
          </Button>
        )}
        {issues && !endsAll && running === null && (
          <Button {...at(words.itIs)} size="large" type="primary" disabled={!isSettled} loading={busy} data-testid="found-close" onClick={() => void close("the_child")}>
            {words.itIs}
          </Button>
        )}
        {issues && (
          <Button {...at(words.notIt)} size="large" disabled={busy || !isSettled} data-testid="found-not" onClick={() => void close("not_the_child")}>
            {words.notIt}
          </Button>
        )}
        <Button
          {...at(words.aside)}
          size="large"
          className="found-aside"
          disabled={!isSettled}
          data-testid="found-aside"
          onClick={() => putAside(found.found_id)}
        >
          {words.aside}
        </Button>
      </div>
    </section>
  );
}
