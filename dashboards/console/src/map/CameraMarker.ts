// A camera on the canvas map: a dot with a wedge of fixed size that says where it looks, at every zoom.
import L from "leaflet";

import { drawingOf } from "./canvas";

const WEDGE_PX = 15;
const DEGREE = Math.PI / 180;

export class CameraMarker extends L.CircleMarker {
  constructor(
    at: L.LatLngExpression,
    private readonly colour: string,
    private readonly chosen: boolean,
    private readonly headingDeg: number | null,
    private readonly viewDeg: number | null,
  ) {
    super(at, { radius: WEDGE_PX * 0.6, bubblingMouseEvents: false });
  }

  protected _updatePath(): void {
    const drawing = drawingOf(this);
    if (drawing === null) return;
    const { ctx, x, y } = drawing;
    ctx.fillStyle = this.colour;
    if (this.headingDeg !== null && this.viewDeg !== null) {
      // On the canvas angles run clockwise from east, headings from north.
      const middle = (this.headingDeg - 90) * DEGREE;
      const half = (this.viewDeg / 2) * DEGREE;
      ctx.globalAlpha = 0.55;
      ctx.beginPath();
      ctx.moveTo(x, y);
      ctx.arc(x, y, WEDGE_PX, middle - half, middle + half);
      ctx.closePath();
      ctx.fill();
      ctx.globalAlpha = 1;
    }
    ctx.beginPath();
    ctx.arc(x, y, this.chosen ? 6 : 4.5, 0, Math.PI * 2);
    ctx.fill();
    ctx.lineWidth = this.chosen ? 2 : 1.5;
    ctx.strokeStyle = this.chosen ? "#ffffff" : "#0b0f14";
    ctx.stroke();
  }
}
