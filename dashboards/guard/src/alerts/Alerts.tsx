// Alerts to one's own venues, over everything but the talk key: the text in full, picture, voice, and the keys that answer.
import { useEffect, useRef } from "react";
import { create } from "zustand";

import { useTexts } from "../../../console/src/language/language";
import { hourAndMinute } from "../../../console/src/language/time";
import type { Item } from "../../../console/src/room/items";
import type { AlertRecord } from "../../../console/src/room/room";
import { useRoom } from "../../../console/src/room/store";
import { useSecond } from "../../../console/src/screen/useSecond";
import { playTone } from "../../../console/src/talk/audio";
import { useTalk } from "../../../console/src/talk/store";
import { AnswerKeys } from "../answers/AnswerKeys";
import { useGuardTexts } from "../language/guardTexts";
import { vibrate } from "../talk/signals";
import { useReminding } from "./useReminding";
import { currentAlerts, justOver, type Over } from "./current";
import { Media } from "./Media";
import { NONE_SOUNDED, seen, sound } from "./sounding";

const NO_ALERTS: ReadonlyMap<string, AlertRecord> = new Map();
const NO_EVENTS: readonly Item[] = [];

/** Alerts that were folded here to talk. */
const useFolded = create<{ hidden: ReadonlySet<string> }>(() => ({ hidden: new Set() }));

/** Whether an alert takes the screen. */
export function useAlertShown(): boolean {
  const now = useSecond();
  const hidden = useFolded((store) => store.hidden);
  const all = useRoom((room) => room.alerts, NO_ALERTS);
  return currentAlerts(all, now).some((one) => !hidden.has(one.alert_id));
}

export function Alerts() {
  const own = useGuardTexts();
  const texts = useTexts();
  const now = useSecond();
  const zone = useRoom((room) => room.community.time_zone, "UTC");
  const all = useRoom((room) => room.alerts, NO_ALERTS);
  const alerts = currentAlerts(all, now);
  const over = justOver(all, useRoom((room) => room.events, NO_EVENTS), now);
  const hidden = useFolded((store) => store.hidden);
  const shown = alerts.filter((one) => !hidden.has(one.alert_id));
  const [newest] = shown;
  const isReal = newest?.status === "actual";
  const speaks = useTalk((talk) => talk.floor.state === "speaking");
  const sounded = useRef(NONE_SOUNDED);
  const realIds = shown.flatMap((one) => (one.status === "actual" ? one.alert_id : [])).join(" ");

  useEffect(() => {
    const due = sound(sounded.current, realIds.split(" ").filter((id) => id !== ""), speaks);
    sounded.current = due.after;
    if (due.feel) vibrate("alert");
    if (due.play) playTone("found");
  }, [realIds, speaks]);

  useReminding(isReal ? newest : undefined, speaks);

  if (alerts.length === 0) return over && <IsOver over={over} />;
  if (newest === undefined) {
    return (
      <>
        {over && <IsOver over={over} />}
        <button type="button" className="alerts-hidden" data-testid="alerts-show" onClick={() => useFolded.setState({ hidden: new Set() })}>
          {own.showAlerts(alerts.length)}
        </button>
      </>
    );
  }
  return (
    <>
      {over && <IsOver over={over} />}
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
            onClick={() => {
              sounded.current = seen(sounded.current, newest.alert_id);
              useFolded.setState({ hidden: new Set(hidden).add(newest.alert_id) });
            }}
          >
            {own.hideAlert}
          </button>
        </header>
        <div className="alert-what">
          <p data-testid="alert-text">{newest.text}</p>
          <Media key={newest.alert_id} alert={newest} />
        </div>
        <AnswerKeys key={`keys ${newest.alert_id}`} alert={newest} />
      </article>
    </>
  );
}

function IsOver({ over }: { over: Over }) {
  const own = useGuardTexts();
  return (
    <p className="alert-over" role="status" data-testid="alert-over" data-alert={over.alertId}>
      <b>{own.alertOver}</b>
      {over.text}
    </p>
  );
}
