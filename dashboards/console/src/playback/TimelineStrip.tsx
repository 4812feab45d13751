// Time below the pictures: a row for each camera with what was recorded, why not, movement and sightings; dragged, zoomed, clicked.
import { useEffect, useRef, type MouseEvent, type PointerEvent } from "react";

import { useTexts } from "../language/language";
import { calendarDay, clockTime, hourAndMinute } from "../language/time";
import { useRoom } from "../room/store";
import { ticksBetween } from "../search/ticks";
import type { CameraPast } from "./hub";
import type { Marked } from "./store";
import { gapAt, movementOf, placeOf, timeAt, zoomed, type View } from "./strip";

interface Props {
  cameraIds: readonly string[];
  pasts: readonly CameraPast[];
  view: View;
  atMs: number;
  marked: Marked;
  onView: (view: View) => void;
  onSeek: (atMs: number) => void;
}

const ROW_PX = 22;
const ZOOM = 1.25;
/** While the cursor is dragged, each picture costs a request. */
const SEEK_EVERY_MS = 150;

export function TimelineStrip({ cameraIds, pasts, view, atMs, marked, onView, onSeek }: Props) {
  const texts = useTexts();
  const zone = useRoom((room) => room.community.time_zone, "UTC");
  const cameras = useRoom((room) => room.cameras, null);
  const lanes = useRef<HTMLDivElement>(null);
  const dragged = useRef<{ fromX: number; view: View; isView: boolean; soughtAtMs: number } | null>(null);
  const latest = useRef({ view, onView });
  useEffect(() => {
    latest.current = { view, onView };
  }, [view, onView]);

  // Not React's own: those are passive, and the page would scroll.
  useEffect(() => {
    const element = lanes.current;
    if (element === null) return;
    const wheel = (event: WheelEvent): void => {
      event.preventDefault();
      const { view: now, onView: tell } = latest.current;
      const box = element.getBoundingClientRect();
      tell(zoomed(now, event.deltaY > 0 ? ZOOM : 1 / ZOOM, timeAt(now, (event.clientX - box.left) / box.width)));
    };
    element.addEventListener("wheel", wheel, { passive: false });
    return () => element.removeEventListener("wheel", wheel);
  }, []);

  const timeOf = (event: PointerEvent): number => {
    const box = lanes.current?.getBoundingClientRect();
    return box === undefined ? atMs : timeAt(view, (event.clientX - box.left) / box.width);
  };
  function down(event: PointerEvent): void {
    event.currentTarget.setPointerCapture(event.pointerId);
    const isView = (event.target as HTMLElement).closest(".strip-axis") !== null;
    dragged.current = { fromX: event.clientX, view, isView, soughtAtMs: performance.now() };
    if (!isView) onSeek(timeOf(event));
  }
  function move(event: PointerEvent): void {
    const drag = dragged.current;
    if (drag === null) return;
    if (drag.isView) {
      const width = lanes.current?.clientWidth ?? 1;
      const byMs = ((drag.fromX - event.clientX) / width) * (drag.view.untilMs - drag.view.sinceMs);
      onView({ sinceMs: drag.view.sinceMs + byMs, untilMs: drag.view.untilMs + byMs });
    } else if (performance.now() - drag.soughtAtMs > SEEK_EVERY_MS) {
      drag.soughtAtMs = performance.now();
      onSeek(timeOf(event));
    }
  }
  function up(event: PointerEvent): void {
    const drag = dragged.current;
    dragged.current = null;
    if (drag !== null && !drag.isView && Math.abs(event.clientX - drag.fromX) > 2) onSeek(timeOf(event));
  }

  const at = (ms: number): string => `${placeOf(view, ms) * 100}%`;
  const byId = new Map(pasts.map((past) => [past.camera_id, past]));
  return (
    <div className="strip" data-testid="playback-timeline">
      <div className="strip-names">
        <span className="strip-day">{calendarDay(view.sinceMs, zone)}</span>
        {cameraIds.map((id) => (
          <span key={id} title={cameras?.get(id)?.name}>
            {cameras?.get(id)?.name ?? id}
          </span>
        ))}
      </div>
      <div ref={lanes} className="strip-lanes" onPointerDown={down} onPointerMove={move} onPointerUp={up} onPointerCancel={() => (dragged.current = null)}>
        <div className="strip-axis" title={texts.playback.axisHint}>
          {ticksBetween(view.sinceMs, view.untilMs).map((tick) => (
            <i key={tick} style={{ left: at(tick) }}>
              {tick % 60_000 === 0 ? hourAndMinute(tick, zone) : clockTime(tick, zone)}
            </i>
          ))}
        </div>
        {cameraIds.map((id) => (
          <Lane key={id} past={byId.get(id)} view={view} zone={zone} />
        ))}
        {marked.sinceMs !== null && (
          <span className="strip-marked" data-testid="strip-marked" style={{ left: at(marked.sinceMs), width: `${(placeOf(view, marked.untilMs ?? marked.sinceMs) - placeOf(view, marked.sinceMs)) * 100}%` }} />
        )}
        <span className="strip-cursor" data-testid="strip-cursor" style={{ left: at(atMs) }} />
      </div>
    </div>
  );
}

function Lane({ past, view, zone }: { past: CameraPast | undefined; view: View; zone: string }) {
  const texts = useTexts();
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const element = canvas.current;
    if (element === null) return;
    const draw = (): void => drawLane(element, past, view);
    draw();
    const resized = new ResizeObserver(draw);
    resized.observe(element);
    return () => resized.disconnect();
  }, [past, view]);
  const tell = (event: MouseEvent<HTMLDivElement>): void => {
    const box = event.currentTarget.getBoundingClientRect();
    const gap = past === undefined ? null : gapAt(past, timeAt(view, (event.clientX - box.left) / box.width));
    event.currentTarget.title =
      gap === null ? "" : `${texts.playback.gap[gap.reason]} ${hourAndMinute(gap.start_ms, zone)}–${hourAndMinute(gap.end_ms, zone)}`;
  };
  return (
    <div className="strip-lane" data-testid="strip-lane" data-camera={past?.camera_id} data-spans={past?.spans.length ?? 0} onMouseMove={tell}>
      <canvas ref={canvas} />
      {past?.sightings
        .filter((one) => one.ended_at_ms >= view.sinceMs && one.started_at_ms <= view.untilMs)
        .map((one) => (
          <i
            key={one.sighting_id}
            className="strip-sighting"
            title={`${texts.playback.sighting} ${clockTime(one.started_at_ms, zone)}`}
            style={{ left: `${placeOf(view, one.started_at_ms) * 100}%`, width: `${((one.ended_at_ms - one.started_at_ms) / (view.untilMs - view.sinceMs)) * 100}%` }}
          />
        ))}
    </div>
  );
}

const RECORDED = "#24507e";
const MOVED = "#7cc4ff";
const GAP = "#512a2a";
const HELD = "#52c41a";

function drawLane(canvas: HTMLCanvasElement, past: CameraPast | undefined, view: View): void {
  const width = canvas.clientWidth * devicePixelRatio;
  const height = ROW_PX * devicePixelRatio;
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d");
  if (context === null || past === undefined) return;
  const bar = (colour: string, fromMs: number, toMs: number, top: number, tall: number): void => {
    const left = Math.max(0, placeOf(view, fromMs) * width);
    const right = Math.min(width, placeOf(view, toMs) * width);
    if (right < 0 || left > width) return;
    context.fillStyle = colour;
    context.fillRect(left, top, Math.max(right - left, 1), tall);
  };
  for (const gap of past.gaps) bar(GAP, gap.start_ms, gap.end_ms, height * 0.4, height * 0.2);
  for (const [startMs, endMs] of past.spans) bar(RECORDED, startMs, endMs, 0, height);
  for (const [fromMs, untilMs] of past.holds) bar(HELD, fromMs, untilMs, height * 0.9, height * 0.1);
  for (const { atMs, stepMs, share } of movementOf(past)) {
    // A person who crosses the picture moves a few per cent of it: the root shows that beside a crowd.
    if (share !== null && share > 0) bar(MOVED, atMs, atMs + stepMs, height * (1 - Math.sqrt(share) * 0.9), height * Math.sqrt(share) * 0.9);
  }
}
