// What Leaflet 1.9 gives a shape that draws itself on its canvas; the fields are Leaflet's own, named as there.
import type L from "leaflet";

interface DrawnMarker {
  _renderer: L.Canvas & { _ctx: CanvasRenderingContext2D; _drawing: boolean };
  _point: L.Point;
  _radius: number;
  _empty(): boolean;
}

/** The canvas and place to draw `marker` at now, in pixels; null when Leaflet is not drawing it. */
export function drawingOf(
  marker: L.CircleMarker,
): { ctx: CanvasRenderingContext2D; x: number; y: number; radius: number } | null {
  const drawn = marker as unknown as DrawnMarker;
  if (!drawn._renderer._drawing || drawn._empty()) return null;
  return { ctx: drawn._renderer._ctx, x: drawn._point.x, y: drawn._point.y, radius: drawn._radius };
}
