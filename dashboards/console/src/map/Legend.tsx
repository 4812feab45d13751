// What shapes and colours on the map mean.
import { useEffect, useRef, type ReactNode } from "react";

import type { Mark } from "../alerts/board";
import { useTexts } from "../language/language";
import { VENUE_KINDS, type VenueKind } from "../room/types";
import { CAMERA_COLOURS, DEAF, MARK_COLOURS, type CameraLook } from "./looks";
import { REACH_COLOUR } from "./ReachLayer";
import { drawVenue, type VenueLook } from "./VenueMarker";

const ONLINE: VenueLook = { fill: "#7f93ad", stroke: "#0b0f14", online: true, chosen: false, large: false };
const OFFLINE: VenueLook = { fill: "#141a22", stroke: "#ff7875", online: false, chosen: false, large: false };
const NOT_HEARING: VenueLook = { ...DEAF, online: true, chosen: false, large: false };
const SIDE = 16;

function Shape({ kind, look }: { kind: VenueKind; look: VenueLook }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const ctx = canvas.current?.getContext("2d");
    if (ctx === null || ctx === undefined) return;
    ctx.setTransform(2, 0, 0, 2, 0, 0);
    ctx.clearRect(0, 0, SIDE, SIDE);
    drawVenue(ctx, kind, look, SIDE / 2, SIDE / 2, 5.5);
  }, [kind, look]);
  return <canvas ref={canvas} width={SIDE * 2} height={SIDE * 2} style={{ width: SIDE, height: SIDE }} />;
}

interface LegendProps {
  alert: boolean;
  deaf: boolean;
  /** Streets are shaded by where the sought person may be. */
  reach: boolean;
  /** How the cameras on the map look. */
  cameras: ReadonlySet<CameraLook>;
  /** The buttons at its right end. */
  children: ReactNode;
}

export function Legend({ alert, deaf, reach, cameras, children }: LegendProps) {
  const texts = useTexts();
  const marks: [Mark, string][] = [
    ["undelivered", texts.alerts.count.undelivered],
    ["unacknowledged", texts.alerts.count.unacknowledged],
    ["acknowledged", texts.alerts.count.acknowledged],
    ["reported", texts.alerts.count.reported],
  ];
  return (
    <div className="legend">
      {VENUE_KINDS.map((kind) => (
        <span key={kind}>
          <Shape kind={kind} look={ONLINE} />
          {texts.venueKind[kind]}
        </span>
      ))}
      <span>
        <Shape kind="hotel" look={OFFLINE} />
        {texts.map.legendOffline}
      </span>
      {deaf && (
        <span>
          <Shape kind="hotel" look={NOT_HEARING} />
          {texts.talk.missed.deaf}
        </span>
      )}
      <span>
        <i style={{ background: CAMERA_COLOURS.well }} />
        {texts.map.legendCamera}
      </span>
      {cameras.has("out") && (
        <span>
          <i style={{ background: CAMERA_COLOURS.out }} />
          {texts.map.legendCameraOut}
        </span>
      )}
      {cameras.has("poor") && (
        <span>
          <i style={{ background: CAMERA_COLOURS.poor }} />
          {texts.map.legendCameraPoor}
        </span>
      )}
      {alert &&
        marks.map(([mark, name]) => (
          <span key={mark}>
            <i className="square" style={{ background: MARK_COLOURS[mark] }} />
            {name}
          </span>
        ))}
      {reach && (
        <span>
          <i className="square" style={{ background: REACH_COLOUR }} />
          {texts.path.legend}
        </span>
      )}
      <span className="space" />
      {children}
    </div>
  );
}
