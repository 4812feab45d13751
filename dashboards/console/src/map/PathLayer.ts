// Draws the sought person's path: numbered steps at their cameras, the ways between, other paths faint below, next cameras ahead.
import L from "leaflet";

import { placed } from "../path/labels";
import type { CameraAhead } from "../path/types";
import type { Place, ShownAhead, ShownStep, ShownWay } from "../path/shown";
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
/** Room for the pins, and for the legend below. */
const AROUND: L.FitBoundsOptions = { paddingTopLeft: [70, 60], paddingBottomRight: [90, 90], maxZoom: 18 };
/** Room for the chosen step's picture. */
const BESIDE_PICTURE: L.PanInsideOptions = { paddingTopLeft: [190, 60], paddingBottomRight: [90, 90] };
/** More steps at one camera are counted. */
const SPELT = 2;
/** Next cameras beyond these are too many to look at. */
const AHEAD_SHOWN = 4;

export interface DrawnPath {
  steps: readonly ShownStep[];
  ways: readonly ShownWay[];
  /** Of the other paths, each with its number among all. */
  others: readonly { number: number; lines: readonly ShownWay["line"][] }[];
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
const PIN_PX = 26;
const WORDS_PX = 17;

interface Word {
  at: Place;
  text: string;
  className: string;
  width: number;
  away: number;
  onClick: (() => void) | null;
}

export class PathLayer {
  private readonly group: L.LayerGroup;
  private readonly words: L.LayerGroup;
  private readonly renderer = L.svg({ pane: WAYS.name });
  private steps: readonly ShownStep[] = [];
  private times: readonly Word[] = [];
  private signs: readonly Word[] = [];
  private pins: readonly { at: Place; width: number }[] = [];
  /** The map shows the path, and goes on doing so when its size changes. */
  private isFramed = false;

  constructor(private readonly map: L.Map) {
    for (const pane of [WAYS, TIMES]) map.createPane(pane.name).style.zIndex = pane.zIndex;
    const ways = map.getPane(WAYS.name);
    // The pane's own ground must not take clicks that are meant for venues below; its lines take theirs.
    if (ways !== undefined) ways.style.pointerEvents = "none";
    this.group = L.layerGroup().addTo(map);
    this.words = L.layerGroup().addTo(map);
    map.on("zoomend", () => this.writeWords());
  }

  show({ steps, ways, others }: DrawnPath, hands: PathHands, chosenSightingId: string | null): void {
    this.group.clearLayers();
    this.steps = steps;
    for (const { number, lines } of others) for (const line of lines) this.addOther(number, asLine(line), hands);
    const look = { renderer: this.renderer, pane: WAYS.name, interactive: false };
    for (const { line, look: of } of ways) {
      this.group.addLayer(L.polyline(asLine(line), { ...look, color: "#10161e", weight: 7, opacity: 0.6 }));
      this.group.addLayer(L.polyline(asLine(line), { ...look, ...LOOKS[of] }));
    }
    const stands = standsOf(steps, chosenSightingId);
    for (const stand of stands) this.addPin(stand, hands, chosenSightingId);
    this.pins = stands;
    this.times = stands.map((stand) => timeOf(stand, hands)).reverse();
    this.writeWords();
  }

  /** Say at the next cameras when the person may come; pins stay, which may be under the pointer. */
  showAhead(ahead: readonly ShownAhead[], hands: PathHands): void {
    this.signs = ahead.slice(0, AHEAD_SHOWN).map((one) => signOf(one, hands));
    this.writeWords();
  }

  /** Bring the whole path into view. False: there is none. */
  frame(): boolean {
    const places = this.steps.flatMap(({ place }) => (place === null ? [] : [L.latLng(place[0], place[1])]));
    this.isFramed = places.length > 0;
    if (this.isFramed) this.map.fitBounds(L.latLngBounds(places), { ...AROUND, animate: false });
    return this.isFramed;
  }

  /** The map has another size: the path stays in view where it was. False: something else was in view. */
  frameAgain(): boolean {
    return this.isFramed && this.frame();
  }

  /** Something else is brought into view. */
  leave(): void {
    this.isFramed = false;
  }

  /** Move the map only as far as a step's camera is out of sight. */
  bring(step: ShownStep): void {
    if (step.place !== null) this.map.panInside(L.latLng(step.place[0], step.place[1]), BESIDE_PICTURE);
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

  private addPin({ steps, worn, at, label, width }: Stand, hands: PathHands, chosenSightingId: string | null): void {
    const isChosen = worn.step.sighting.sighting_id === chosenSightingId;
    const icon = L.divIcon({
      className: `path-pin ${worn.sureness}${isChosen ? " chosen" : ""}`,
      html: "",
      iconSize: [width, PIN_PX],
      iconAnchor: [width / 2, PIN_PX / 2],
    });
    const pin = L.marker([...at], { icon, keyboard: false, zIndexOffset: isChosen ? 1_000 : worn.number });
    pin.on("click", () => hands.onStep(next(steps, chosenSightingId)));
    this.addText(this.group, pin, label);
  }

  private writeWords(): void {
    this.words.clearLayers();
    const pins = this.pins.map(({ at, width }) => {
      const { x, y } = this.map.latLngToLayerPoint([...at]);
      return { x: x - width / 2, y: y - PIN_PX / 2, width, height: PIN_PX };
    });
    // The last step and what comes next are read first.
    const words = [...this.times.slice(0, 1), ...this.signs, ...this.times.slice(1)];
    const middles = words.map(({ at }) => this.map.latLngToLayerPoint([...at]));
    const boxes = placed(
      words.map(({ width, away }, n) => ({ x: middles[n]?.x ?? 0, y: middles[n]?.y ?? 0, width, height: WORDS_PX, away })),
      pins,
    );
    for (const [n, word] of words.entries()) {
      const [box, middle] = [boxes[n], middles[n]];
      if (box === undefined || box === null || middle === undefined) continue;
      const icon = L.divIcon({
        className: word.className,
        html: "",
        iconSize: [word.width, WORDS_PX],
        iconAnchor: [middle.x - box.x, middle.y - box.y],
      });
      const marker = L.marker([...word.at], { icon, pane: TIMES.name, interactive: word.onClick !== null, keyboard: false });
      if (word.onClick !== null) marker.on("click", word.onClick);
      this.addText(this.words, marker, word.text);
    }
  }

  /** Words come from outside: text, never markup. */
  private addText(to: L.LayerGroup, marker: L.Marker, text: string): void {
    to.addLayer(marker);
    const element = marker.getElement();
    if (element !== undefined) element.textContent = text;
  }
}

/** The steps at one camera, in order: who comes back stands there twice. */
interface Stand {
  steps: readonly ShownStep[];
  /** The step that the pin looks like: the chosen one, else the last. */
  worn: ShownStep;
  at: Place;
  label: string;
  width: number;
}

function standsOf(steps: readonly ShownStep[], chosenSightingId: string | null): Stand[] {
  const byCamera = new Map<string, ShownStep[]>();
  for (const step of steps) {
    const { camera_id } = step.step.sighting;
    byCamera.set(camera_id, [...(byCamera.get(camera_id) ?? []), step]);
  }
  return [...byCamera.values()].flatMap((here) => {
    const worn = here.find((one) => one.step.sighting.sighting_id === chosenSightingId) ?? here[here.length - 1];
    if (worn === undefined || worn.place === null) return [];
    const label = here.length <= SPELT ? here.map((one) => one.number).join("/") : `${worn.number} ×${here.length}`;
    return [{ steps: here, worn, at: worn.place, label, width: Math.max(PIN_PX, 14 + 9 * label.length) }];
  });
}

function timeOf({ worn, at, width }: Stand, hands: PathHands): Word {
  const text = hands.time(worn.step.sighting.started_at_ms);
  return { at, text, className: "path-time", width: 62, away: width / 2 + 2, onClick: null };
}

function signOf({ camera, place }: ShownAhead, hands: PathHands): Word {
  const onClick = (): void => chooseOnMap({ kind: "camera", id: camera.camera_id });
  return { at: place, text: hands.ahead(camera), className: "path-ahead", width: 92, away: 8, onClick };
}

/** A pin of several steps gives one after the other. */
function next(steps: readonly ShownStep[], chosenSightingId: string | null): ShownStep {
  const at = steps.findIndex((step) => step.step.sighting.sighting_id === chosenSightingId);
  return steps[(at + 1) % steps.length] as ShownStep;
}
