// A venue on the canvas map: its kind is the shape, its state the colour; off line is hollow with a cross.
import L from "leaflet";

import type { VenueKind } from "../room/types";
import { drawingOf } from "./canvas";

export interface VenueLook {
  fill: string;
  stroke: string;
  online: boolean;
  chosen: boolean;
  /** Drawn half as large again: what needs an answer. */
  large: boolean;
}

/** The corners of each kind's shape on the unit circle; a hotel is round. */
const CORNERS: Record<VenueKind, readonly (readonly [number, number])[]> = {
  property: [
    [-0.82, -0.82],
    [0.82, -0.82],
    [0.82, 0.82],
    [-0.82, 0.82],
  ],
  hotel: [],
  school: [
    [0, -1.15],
    [1.08, 0.8],
    [-1.08, 0.8],
  ],
  entertainment: [
    [0, -1.18],
    [1.18, 0],
    [0, 1.18],
    [-1.18, 0],
  ],
};

function trace(ctx: CanvasRenderingContext2D, kind: VenueKind, x: number, y: number, radius: number): void {
  ctx.beginPath();
  const corners = CORNERS[kind];
  if (corners.length === 0) ctx.arc(x, y, radius * 0.95, 0, Math.PI * 2);
  corners.forEach(([dx, dy], index) => {
    if (index === 0) ctx.moveTo(x + dx * radius, y + dy * radius);
    else ctx.lineTo(x + dx * radius, y + dy * radius);
  });
  ctx.closePath();
}

/** Draw one shape; also what the legend draws. */
export function drawVenue(ctx: CanvasRenderingContext2D, kind: VenueKind, look: VenueLook, x: number, y: number, r: number): void {
  trace(ctx, kind, x, y, r);
  ctx.fillStyle = look.fill;
  ctx.fill();
  ctx.lineWidth = look.online ? 1.5 : 2.2;
  ctx.strokeStyle = look.stroke;
  ctx.stroke();
  if (!look.online) {
    const arm = r * 0.45;
    ctx.beginPath();
    ctx.moveTo(x - arm, y - arm);
    ctx.lineTo(x + arm, y + arm);
    ctx.moveTo(x + arm, y - arm);
    ctx.lineTo(x - arm, y + arm);
    ctx.stroke();
  }
  if (look.chosen) {
    ctx.beginPath();
    ctx.arc(x, y, r + 5, 0, Math.PI * 2);
    ctx.lineWidth = 2;
    ctx.strokeStyle = "#ffffff";
    ctx.stroke();
  }
}

export class VenueMarker extends L.CircleMarker {
  private shown: VenueLook;

  constructor(
    at: L.LatLngExpression,
    private readonly kind: VenueKind,
    look: VenueLook,
  ) {
    super(at, { radius: 7, bubblingMouseEvents: false });
    this.shown = look;
  }

  /** Take on another look; nothing is drawn when it is the same. */
  wear(look: VenueLook): void {
    const now = this.shown;
    if (
      now.fill === look.fill &&
      now.stroke === look.stroke &&
      now.online === look.online &&
      now.chosen === look.chosen &&
      now.large === look.large
    ) {
      return;
    }
    this.shown = look;
    this.setRadius(look.large ? 10 : 7);
  }

  protected _updatePath(): void {
    const drawing = drawingOf(this);
    if (drawing !== null) drawVenue(drawing.ctx, this.kind, this.shown, drawing.x, drawing.y, drawing.radius);
  }
}
