// The case's clips: how far each is made, what to look out for, to be fetched or deleted; below them what it keeps.
import { Button, Popconfirm, Progress } from "antd";
import { useCallback, useEffect } from "react";

import { useChange } from "../administration/useChange";
import { useAnswer } from "../browser/useAnswer";
import type { FootageExport } from "../exports/hub";
import { errorText, inLanguage, useLanguage, useTexts } from "../language/language";
import { calendarDay, clockTime, duration } from "../language/time";
import { useRoom } from "../room/store";
import { playbackHub } from "./hub";

const ANEW_MS = 1_000;
const BYTES_PER_MB = 1e6;

export function ExportList({ caseId, onRelease }: { caseId: string; onRelease: () => void }) {
  const words = useTexts().playback;
  const language = useLanguage((store) => store.language);
  const ask = useCallback(() => playbackHub.exports(caseId), [caseId]);
  const { value, failure, again } = useAnswer(ask);
  const { change, failure: notDone } = useChange(again);
  const known = (value ?? []).filter((one) => one.state !== "deleted");
  const isMaking = known.some((one) => one.state === "waiting" || one.state === "running");
  useEffect(() => {
    if (!isMaking) return;
    const timer = setInterval(again, ANEW_MS);
    return () => clearInterval(timer);
  }, [isMaking, again]);
  const wrong = notDone ?? failure;
  return (
    <div className="live-cameras export-list" data-testid="export-list">
      {wrong !== null && (
        <div className="failure" role="alert">
          {errorText(language, wrong)}
        </div>
      )}
      {value !== null && known.length === 0 && <p className="empty">{words.noExports}</p>}
      {known.map((one) => (
        <ExportCard key={one.export_id} shown={one} caseId={caseId} onRemove={() => void change(() => playbackHub.remove(caseId, one.export_id))} />
      ))}
      <HoldList caseId={caseId} onRelease={onRelease} />
    </div>
  );
}

function HoldList({ caseId, onRelease }: { caseId: string; onRelease: () => void }) {
  const texts = useTexts();
  const words = texts.playback;
  const language = useLanguage((store) => store.language);
  const zone = useRoom((room) => room.community.time_zone, "UTC");
  const cameras = useRoom((room) => room.cameras, null);
  const ask = useCallback(() => playbackHub.holds(caseId), [caseId]);
  const { value, failure, again } = useAnswer(ask);
  const { change, failure: notDone } = useChange(again);
  const wrong = notDone ?? failure;

  async function release(holdId: string): Promise<void> {
    await playbackHub.release(caseId, holdId);
    onRelease();
  }

  return (
    <>
      <h4>{words.holds}</h4>
      {wrong !== null && (
        <div className="failure" role="alert">
          {errorText(language, wrong)}
        </div>
      )}
      {value?.length === 0 && <p className="empty">{words.noHolds}</p>}
      {(value ?? []).map((one) => (
        <article key={one.hold_id} className="export-card" data-testid="hold-card">
          <b>{one.camera_ids.map((id) => cameras?.get(id)?.name ?? id).join(texts.comma)}</b>
          <span>{calendarDay(one.from_ms, zone)}</span>
          <span>
            {clockTime(one.from_ms, zone)} – {clockTime(one.until_ms, zone)} · {duration(one.until_ms - one.from_ms, texts)}
          </span>
          <div className="row-actions">
            <Popconfirm title={words.releaseAsk} placement="bottomLeft" okButtonProps={{ danger: true }} onConfirm={() => change(() => release(one.hold_id))}>
              <Button size="small" data-testid="hold-release">
                {words.release}
              </Button>
            </Popconfirm>
          </div>
        </article>
      ))}
    </>
  );
}

function ExportCard({ shown, caseId, onRemove }: { shown: FootageExport; caseId: string; onRemove: () => void }) {
  const texts = useTexts();
  const words = texts.playback;
  const language = useLanguage((store) => store.language);
  const zone = useRoom((room) => room.community.time_zone, "UTC");
  const { made } = shown;
  return (
    <article className="export-card" data-testid="export-card" data-state={shown.state}>
      <b>{shown.camera_name}</b>
      <span>
        {clockTime(shown.from_ms, zone)} – {clockTime(shown.until_ms, zone)} · {duration(shown.until_ms - shown.from_ms, texts)}
      </span>
      <span className={shown.blur === "none" ? "state-wait" : "state-calm"}>{words.blurs[shown.blur]}</span>
      {shown.state === "waiting" && <span>{words.inTurn}</span>}
      {shown.state === "running" && <Progress percent={Math.round(shown.progress * 100)} size="small" />}
      {shown.state === "failed" && shown.failure !== null && (
        <span className="state-bad">{inLanguage(language, shown.failure.message, shown.failure.message_en)}</span>
      )}
      {made !== null && (
        <>
          {made.gaps.length > 0 && <span className="state-wait">{words.madeGaps(made.gaps.length)}</span>}
          {shown.blur === "others" && (made.not_looked_at_s === null || made.not_looked_at_s > 0) && (
            <span className="state-wait">{words.notLookedAt(made.not_looked_at_s === null ? null : Math.ceil(made.not_looked_at_s))}</span>
          )}
          {shown.blur === "others" && <span className="state-calm">{words.hidden(made.hidden)}</span>}
          {made.still_in_view > 0 && <span className="state-wait">{words.stillInView(made.still_in_view)}</span>}
          {made.blind_s > 0 && <span className="state-wait">{words.allHidden(Math.ceil(made.blind_s))}</span>}
          {made.masked > 0 && <span className="state-calm">{words.masked(made.masked)}</span>}
        </>
      )}
      <div className="row-actions">
        {shown.state === "done" && (
          <Button size="small" type="primary" data-testid="export-fetch" href={playbackHub.fileAddress(caseId, shown.export_id)} download>
            {words.fetch(((shown.bytes ?? 0) / BYTES_PER_MB).toFixed(1))}
          </Button>
        )}
        <Popconfirm title={words.removeAsk} placement="bottomLeft" okButtonProps={{ danger: true }} onConfirm={onRemove}>
          <Button size="small" danger>
            {words.remove}
          </Button>
        </Popconfirm>
      </div>
    </article>
  );
}
