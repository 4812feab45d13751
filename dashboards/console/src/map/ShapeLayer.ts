// Draws on the map the shape of the alert being written, whose corners can be dragged, and that of the alert shown.
import L from "leaflet";

import type { AlertTarget } from "../room/types";
import { METRES_A_DEGREE } from "./along";
import { finishDrawing, isDrawing, LEAST_POINTS, movePoint, type Drawing } from "./drawing";
import type { Point } from "./inside";

const PANE = { name: "shape", zIndex: "440" };
const PENCIL = "#ffffff";
const FILL = "#5aa9ff";
const SHOWN = "#ffb020";

export class ShapeLayer {
  /** One for all shapes: the map keeps each that it was ever given. */
  private readonly renderer = L.svg({ pane: PANE.name });
  private readonly written: L.LayerGroup;
  private readonly sent: L.LayerGroup;
  private drawing: Drawing | null = null;
  private target: AlertTarget | null = null;
  /** The corner in somebody's hand: it must not be drawn anew below the pointer. */
  private held = false;

  constructor(private readonly map: L.Map) {
    const { style } = map.createPane(PANE.name);
    style.zIndex = PANE.zIndex;
    style.pointerEvents = "none";
    this.sent = L.layerGroup().addTo(map);
    this.written = L.layerGroup().addTo(map);
    map.on("dblclick", finishDrawing);
    // A band is so many metres wide, a line of the map so many pixels.
    map.on("zoomend", () => this.show(this.drawing, this.target));
  }

  show(drawing: Drawing | null, target: AlertTarget | null): void {
    this.target = target;
    this.showSent();
    this.drawing = drawing;
    if (drawing !== null && isDrawing(drawing)) this.map.doubleClickZoom.disable();
    else this.map.doubleClickZoom.enable();
    if (!this.held) this.showWritten();
  }

  private showSent(): void {
    this.sent.clearLayers();
    const { kind, points = [], within_m } = this.target ?? {};
    if (kind !== "polygon" && kind !== "path") return;
    this.addShape(this.sent, kind, points, within_m ?? 0, SHOWN, true);
  }

  private showWritten(): void {
    this.written.clearLayers();
    const drawing = this.drawing;
    if (drawing === null || drawing.kind === null) return;
    const { kind, points, closed, withinM } = drawing;
    this.addShape(this.written, kind, points, withinM, PENCIL, closed);
    points.forEach((point, at) => this.addCorner(point, at, kind === "polygon" && at === 0 && points.length >= LEAST_POINTS[kind] && !closed));
  }

  private addShape(to: L.LayerGroup, kind: "polygon" | "path", points: readonly Point[], withinM: number, color: string, closed: boolean): void {
    const line = points.map(([latitude, longitude]) => L.latLng(latitude, longitude));
    const look = { renderer: this.renderer, pane: PANE.name, interactive: false, color, weight: 2, dashArray: "6 4" };
    if (kind === "polygon") {
      to.addLayer(closed || line.length > 2 ? L.polygon(line, { ...look, fillColor: FILL, fillOpacity: closed ? 0.2 : 0.1 }) : L.polyline(line, look));
      return;
    }
    const band = { ...look, color: FILL, opacity: 0.22, weight: 2 * this.pixels(withinM), dashArray: "", lineCap: "round", lineJoin: "round" } as const;
    to.addLayer(L.polyline(line, band));
    to.addLayer(L.polyline(line, look));
  }

  private pixels(metres: number): number {
    const middle = this.map.getCenter();
    const north = L.latLng(middle.lat + metres / METRES_A_DEGREE, middle.lng);
    return Math.abs(this.map.latLngToLayerPoint(middle).y - this.map.latLngToLayerPoint(north).y);
  }

  private addCorner([latitude, longitude]: Point, at: number, closes: boolean): void {
    const icon = L.divIcon({ className: `corner${closes ? " closes" : ""}`, html: "", iconSize: [14, 14] });
    const corner = L.marker([latitude, longitude], { icon, draggable: true, keyboard: false });
    corner.on("click", () => closes && finishDrawing());
    corner.on("dragstart", () => {
      this.held = true;
    });
    corner.on("drag", () => {
      const { lat, lng } = corner.getLatLng();
      movePoint(at, [lat, lng]);
    });
    corner.on("dragend", () => {
      this.held = false;
      this.showWritten();
    });
    this.written.addLayer(corner);
  }
}
