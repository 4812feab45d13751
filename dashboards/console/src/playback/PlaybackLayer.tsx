// Recorded footage in place of the map: cameras in sync, time below, clips and what is kept for the case.
import { Button, Segmented, Select } from "antd";
import { useCallback, useEffect, useMemo, useState } from "react";

import { UrgentReports } from "../alerts/UrgentReports";
import { errorText, useLanguage, useTexts } from "../language/language";
import { calendarDay, clockTime } from "../language/time";
import { CamerasByVenue } from "../live/CamerasByVenue";
import { hubNowMs, useRoom } from "../room/store";
import { useMay } from "../session/store";
import { ExportForm } from "./ExportForm";
import { ExportList } from "./ExportList";
import { playbackHub } from "./hub";
import { PlayTile } from "./PlayTile";
import { closePlayback, mark, toggleCamera, usePlayback } from "./store";
import { around, following, nextSighting, zoomed, type View } from "./strip";
import { TimelineStrip } from "./TimelineStrip";
import { useDesk } from "./useDesk";
import { useTimeline } from "./useTimeline";
import "../live/live.css";
import "../live/tile.css";
import "./playback.css";

const RATES = [0.25, 0.5, 1, 2, 4, 8, 16];
const JUMP_MS = 10_000;

/** The tiles' grid: 1, 4 or 9. */
const layoutFor = (cameras: number): number => (cameras <= 1 ? 1 : cameras <= 4 ? 4 : 9);

export function PlaybackLayer({ caseId }: { caseId: string }) {
  const texts = useTexts();
  const words = texts.playback;
  const language = useLanguage((store) => store.language);
  const zone = useRoom((room) => room.community.time_zone, "UTC");
  const title = useRoom((room) => room.cases.get(caseId)?.title, undefined);
  const exports = useMay("export_footage");
  const { cameraIds, place, marked } = usePlayback();
  const { desk, state } = useDesk(place);
  const [shown, setView] = useState<View>(() => around(place.atMs));
  const [panel, setPanel] = useState<"cameras" | "exports">("cameras");
  const [isExporting, setExporting] = useState(false);
  const [made, setMade] = useState(0);
  const [held, setHeld] = useState<{ what: string; words: string; isWrong: boolean } | null>(null);
  // While it plays the view goes with it; what somebody zooms or drags stays as it is while it stands.
  const view = useMemo(() => (state.isPlaying ? following(shown, state.atMs) : shown), [shown, state.isPlaying, state.atMs]);
  const { pasts, failure } = useTimeline(caseId, cameraIds, view);
  const seek = useCallback((atMs: number) => desk.seek(Math.min(atMs, hubNowMs() - 1_000)), [desk]);
  useKeys(desk, seek);

  function jump(by: 1 | -1): void {
    const found = nextSighting(pasts, state.atMs, by);
    if (found === null) return;
    seek(found.atMs);
    setView(following(view, found.atMs));
  }

  const what = [marked.sinceMs, marked.untilMs, ...cameraIds].join();
  const isHeld = held !== null && held.what === what && !held.isWrong;

  // The list as it is now, also where it was shown before.
  function showMade(): void {
    setMade(made + 1);
    setPanel("exports");
  }

  async function hold(): Promise<void> {
    if (marked.sinceMs === null || marked.untilMs === null) return;
    try {
      await playbackHub.hold(caseId, cameraIds, marked.sinceMs, marked.untilMs);
      setHeld({ what, words: words.held, isWrong: false });
      showMade();
    } catch (error) {
      setHeld({ what, words: errorText(language, error), isWrong: true });
    }
  }

  const isMarked = marked.sinceMs !== null && marked.untilMs !== null && marked.untilMs > marked.sinceMs;
  return (
    <section className="live playback" data-testid="playback" data-at={Math.round(state.atMs)} data-playing={state.isPlaying} data-waiting={state.isWaiting}>
      <aside className="panel live-panel">
        {exports && (
          <Segmented
            block
            value={panel}
            options={[
              { value: "cameras", label: texts.live.cameras },
              { value: "exports", label: <span data-testid="playback-tab-exports">{words.exports}</span> },
            ]}
            onChange={(value) => setPanel(value === "exports" ? "exports" : "cameras")}
          />
        )}
        {panel === "cameras" || !exports ? <CamerasByVenue testid="playback" shown={new Set(cameraIds)} onChoose={toggleCamera} /> : <ExportList key={made} caseId={caseId} onRelease={() => setHeld(null)} />}
      </aside>
      <div className="live-middle playback-middle">
        <nav className="live-keys">
          <b className="playback-case">{words.of(title ?? caseId)}</b>
          <time className="playback-clock" data-testid="playback-clock">
            {calendarDay(state.atMs, zone)} <b>{clockTime(state.atMs, zone)}</b>
          </time>
          {state.isWaiting && <em className="state-wait">{words.waiting}</em>}
          {failure !== null && (
            <em className="state-bad" role="alert">
              {errorText(language, failure)}
            </em>
          )}
          {held?.what === what && <em className={held.isWrong ? "state-bad" : "state-good"}>{held.words}</em>}
          <span className="space" />
          <button type="button" data-testid="playback-close" onClick={closePlayback}>
            {texts.live.close}
          </button>
        </nav>
        {cameraIds.length === 0 ? (
          <p className="live-cannot">{words.choose}</p>
        ) : (
          <div className={`live-tiles of-${layoutFor(cameraIds.length)}`} data-testid="playback-tiles">
            {cameraIds.map((id) => (
              <PlayTile key={id} desk={desk} caseId={caseId} cameraId={id} atMs={state.atMs} isPlaying={state.isPlaying} onRemove={() => toggleCamera(id)} />
            ))}
          </div>
        )}
        <div className="live-keys playback-keys">
          <button type="button" title={words.lastSighting} data-testid="sighting-before" onClick={() => jump(-1)}>
            « {words.sighting}
          </button>
          <button type="button" title={words.back} onClick={() => seek(state.atMs - JUMP_MS)}>
            −10
          </button>
          <button type="button" title={`${words.stepBack} (,)`} data-testid="step-back" onClick={() => desk.step(-1)}>
            ◁|
          </button>
          <button type="button" className="play" title={`${state.isPlaying ? words.pause : words.play} (K)`} data-testid="play" aria-pressed={state.isPlaying} onClick={() => (state.isPlaying ? desk.pause() : desk.play())}>
            {state.isPlaying ? `❚❚ ${words.pause}` : `▶ ${words.play}`}
          </button>
          <button type="button" title={`${words.stepOn} (.)`} data-testid="step-on" onClick={() => desk.step(1)}>
            |▷
          </button>
          <button type="button" title={words.on} onClick={() => seek(state.atMs + JUMP_MS)}>
            +10
          </button>
          <button type="button" title={words.nextSighting} data-testid="sighting-next" onClick={() => jump(1)}>
            {words.sighting} »
          </button>
          <Select<number> size="small" aria-label={words.rate} data-testid="rate" value={state.rate} options={RATES.map((rate) => ({ value: rate, label: `${rate}×` }))} onChange={(rate) => desk.setRate(rate)} />
          <span className="space" />
          <button type="button" title={words.wider} onClick={() => setView(zoomed(view, 2, state.atMs))}>
            −
          </button>
          <button type="button" title={words.closer} onClick={() => setView(zoomed(view, 0.5, state.atMs))}>
            ＋
          </button>
          <span className="space" />
          <button type="button" data-testid="mark-since" onClick={() => mark({ sinceMs: state.atMs })}>
            {words.markSince}
          </button>
          <button type="button" data-testid="mark-until" onClick={() => mark({ untilMs: state.atMs })}>
            {words.markUntil}
          </button>
          {exports && (
            <>
              <button type="button" data-testid="hold" disabled={!isMarked || cameraIds.length === 0 || isHeld} title={words.holdHint} onClick={() => void hold()}>
                {words.hold}
              </button>
              <Button size="small" type="primary" data-testid="export" disabled={!isMarked || cameraIds.length === 0} onClick={() => setExporting(true)}>
                {words.export}
              </Button>
            </>
          )}
        </div>
        <TimelineStrip cameraIds={cameraIds} pasts={pasts} view={view} atMs={state.atMs} marked={marked} onView={setView} onSeek={seek} />
        <UrgentReports />
      </div>
      {isExporting && marked.sinceMs !== null && marked.untilMs !== null && (
        <ExportForm
          caseId={caseId}
          cameraIds={cameraIds}
          sinceMs={marked.sinceMs}
          untilMs={marked.untilMs}
          pasts={pasts}
          onDone={() => {
            setExporting(false);
            showMade();
          }}
          onClose={() => setExporting(false)}
        />
      )}
    </section>
  );
}

/** Keys as film is cut with: K, comma and point; the space bar is for talking. */
function useKeys(desk: { state: { isPlaying: boolean; atMs: number }; play: () => void; pause: () => void; step: (by: 1 | -1) => void }, seek: (atMs: number) => void): void {
  useEffect(() => {
    const down = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.altKey || event.metaKey || (event.target as HTMLElement).closest("input, textarea, .ant-select, .ant-modal") !== null) return;
      if (event.key === "k" || event.key === "K") {
        if (desk.state.isPlaying) desk.pause();
        else desk.play();
      } else if (event.key === ",") desk.step(-1);
      else if (event.key === ".") desk.step(1);
      else if (event.key === "ArrowLeft") seek(desk.state.atMs - JUMP_MS);
      else if (event.key === "ArrowRight") seek(desk.state.atMs + JUMP_MS);
      else return;
      event.preventDefault();
    };
    addEventListener("keydown", down);
    return () => removeEventListener("keydown", down);
  }, [desk, seek]);
}
