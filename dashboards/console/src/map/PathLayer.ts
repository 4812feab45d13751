// Draws the sought person's path: numbered steps at their cameras, the ways between, other paths faint below, next cameras ahead.
import L from "leaflet";

import type { CameraAhead } from "../path/types";
import type { Cameras, ShownStep, ShownWay } from "../path/shown";
import { chooseOnMap } from "./store";

/** Ways lie over venues and below a shape that is drawn; times below the pins (Leaflet's marker pane, 600), so that no time hides a step. */
const WAYS = { name: "pathWays", zIndex: "430" };
const TIMES = { name: "pathTimes", zIndex: "590" };

const LOOKS: Record<ShownWay["look"], L.PolylineOptions> = {
  certain: { color: "#ffd666", weight: 4, opacity: 0.95 },
  doubtful: { color: "#ffd666", weight: 3, opacity: 0.8, dashArray: "3 8" },
  impossible: { color: "#ff7875", weight: 3, opacity: 0.95, dashArray: "10 6" },
};
const OTHER: L.PolylineOptions = { color: "#b7a8ff", weight: 4, opacity: 0.55, dashArray: "1 7" };
/** Next cameras beyond these are too many to look at. */
const AHEAD_SHOWN = 4;

export interface DrawnPath {
  steps: readonly ShownStep[];
  ways: readonly ShownWay[];
  /** Of the other paths, each with its number among all. */
  others: readonly { number: number; lines: readonly ShownWay["line"][] }[];
  ahead: readonly CameraAhead[];
}

/** What is written on the map, and what a click on it does. */
export interface PathHands {
  time: (atMs: number) => string;
  other: (number: number) => string;
  ahead: (camera: CameraAhead) => string;
  onStep: (step: ShownStep) => void;
  onOther: (number: number) => void;
}

type Line = [number, number][];
const asLine = (line: ShownWay["line"]): Line => line.map(([latitude, longitude]) => [latitude, longitude]);

export class PathLayer {
  private readonly group: L.LayerGroup;
  private readonly renderer = L.svg({ pane: WAYS.name });
  private steps: readonly ShownStep[] = [];

  constructor(private readonly map: L.Map) {
    for (const pane of [WAYS, TIMES]) map.createPane(pane.name).style.zIndex = pane.zIndex;
    const ways = map.getPane(WAYS.name);
    // The pane's own ground must not take clicks that are meant for venues below; its lines take theirs.
    if (ways !== undefined) ways.style.pointerEvents = "none";
    this.group = L.layerGroup().addTo(map);
  }

  show({ steps, ways, others, ahead }: DrawnPath, hands: PathHands, cameras: Cameras, chosenSightingId: string | null): void {
    this.group.clearLayers();
    this.steps = steps;
    for (const { number, lines } of others) for (const line of lines) this.addOther(number, asLine(line), hands);
    const look = { renderer: this.renderer, pane: WAYS.name, interactive: false };
    for (const { line, look: of } of ways) {
      this.group.addLayer(L.polyline(asLine(line), { ...look, color: "#10161e", weight: 7, opacity: 0.6 }));
      this.group.addLayer(L.polyline(asLine(line), { ...look, ...LOOKS[of] }));
    }
    for (const camera of ahead.slice(0, AHEAD_SHOWN)) this.addAhead(camera, cameras, hands);
    for (const places of stepsAtOnePlace(steps)) this.addPin(places, hands, chosenSightingId);
  }

  /** Bring the whole path into view. */
  frame(): void {
    const places = this.steps.flatMap(({ place }) => (place === null ? [] : [L.latLng(place[0], place[1])]));
    if (places.length > 0) this.map.fitBounds(L.latLngBounds(places), { padding: [60, 60], maxZoom: 18 });
  }

  /** Move the map only as far as a step's camera is out of sight. */
  bring(step: ShownStep): void {
    if (step.place !== null) this.map.panInside(L.latLng(step.place[0], step.place[1]), { padding: [70, 70] });
  }

  private addOther(number: number, line: Line, hands: PathHands): void {
    const other = L.polyline(line, { ...OTHER, renderer: this.renderer, pane: WAYS.name, className: "path-other" });
    other.bindTooltip(hands.other(number), { sticky: true });
    other.on("click", (event) => {
      L.DomEvent.stopPropagation(event);
      hands.onOther(number);
    });
    this.group.addLayer(other);
  }

  private addPin(steps: readonly ShownStep[], hands: PathHands, chosenSightingId: string | null): void {
    const last = steps[steps.length - 1];
    if (last === undefined || last.place === null) return;
    const chosen = steps.find((step) => step.step.sighting.sighting_id === chosenSightingId);
    const worn = chosen ?? last;
    const label = steps.map((step) => step.number).join("·");
    const width = Math.max(26, 14 + 9 * label.length);
    const icon = L.divIcon({
      className: `path-pin ${worn.sureness}${chosen === undefined ? "" : " chosen"}`,
      html: "",
      iconSize: [width, 26],
      iconAnchor: [width / 2, 13],
    });
    const at = L.latLng(last.place[0], last.place[1]);
    const pin = L.marker(at, { icon, keyboard: false, zIndexOffset: chosen === undefined ? last.number : 1_000 });
    pin.on("click", () => hands.onStep(next(steps, chosenSightingId)));
    this.addText(pin, label);
    const time = L.divIcon({ className: "path-time", html: "", iconSize: [62, 17], iconAnchor: [-width / 2 - 2, 8] });
    this.addText(L.marker(at, { icon: time, pane: TIMES.name, interactive: false, keyboard: false }), hands.time(worn.step.sighting.started_at_ms));
  }

  private addAhead(ahead: CameraAhead, cameras: Cameras, hands: PathHands): void {
    const camera = cameras.get(ahead.camera_id);
    if (camera === undefined || camera.latitude === null || camera.longitude === null) return;
    const icon = L.divIcon({ className: "path-ahead", html: "", iconSize: [92, 18], iconAnchor: [46, -6] });
    const sign = L.marker([camera.latitude, camera.longitude], { icon, pane: TIMES.name, keyboard: false });
    sign.on("click", () => chooseOnMap({ kind: "camera", id: ahead.camera_id }));
    this.addText(sign, hands.ahead(ahead));
  }

  /** Words come from outside: text, never markup. */
  private addText(marker: L.Marker, text: string): void {
    this.group.addLayer(marker);
    const element = marker.getElement();
    if (element !== undefined) element.textContent = text;
  }
}

/** Steps by the camera they were seen at, in order: who comes back stands there twice. */
function stepsAtOnePlace(steps: readonly ShownStep[]): ShownStep[][] {
  const found = new Map<string, ShownStep[]>();
  for (const step of steps) {
    const { camera_id } = step.step.sighting;
    found.set(camera_id, [...(found.get(camera_id) ?? []), step]);
  }
  return [...found.values()];
}

/** A pin of several steps gives one after the other. */
function next(steps: readonly ShownStep[], chosenSightingId: string | null): ShownStep {
  const at = steps.findIndex((step) => step.step.sighting.sighting_id === chosenSightingId);
  return steps[(at + 1) % steps.length] as ShownStep;
}
