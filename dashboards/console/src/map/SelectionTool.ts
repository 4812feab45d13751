// Draws a rectangle or a lasso on the map by dragging, and tells what was drawn.
import L from "leaflet";

import { rectangle, type Point } from "./inside";
import type { Shape } from "./selection";

/** A shorter way is a click. */
const DRAG_PX = 5;
/** Lasso: the way to the next corner, and how many corners it has at most; then it grows no more. */
const STEP_PX = 4;
const MAX_CORNERS = 1_000;
const PANE = { name: "selection", zIndex: "450" };

interface Stroke {
  shape: Shape;
  pointerId: number;
  /** In pixels of the map's element. */
  first: L.Point;
  last: L.Point;
  /** The corners of a lasso. */
  path: L.Point[];
  isDrawing: boolean;
}

export class SelectionTool {
  private stroke: Stroke | null = null;
  private readonly drawn: L.Polygon;

  constructor(
    private readonly map: L.Map,
    /** What a drag that begins now draws; null: it is the map's own. */
    private readonly shapeOf: (withShift: boolean) => Shape | null,
    private readonly onDrawn: (corners: Point[]) => void,
  ) {
    const { style } = map.createPane(PANE.name);
    style.zIndex = PANE.zIndex;
    style.pointerEvents = "none";
    this.drawn = L.polygon([], {
      renderer: L.svg({ pane: PANE.name }),
      pane: PANE.name,
      color: "#ffffff",
      weight: 1.5,
      dashArray: "5 4",
      fillColor: "#5aa9ff",
      fillOpacity: 0.2,
      interactive: false,
    });
    const element = map.getContainer();
    element.addEventListener("pointerdown", (event) => this.begin(event));
    element.addEventListener("pointermove", (event) => this.go(event));
    element.addEventListener("pointerup", (event) => this.end(event));
    element.addEventListener("pointercancel", () => this.cancel());
    const escape = (event: KeyboardEvent): void => {
      if (event.key === "Escape") this.cancel();
    };
    addEventListener("keydown", escape);
    map.on("unload", () => removeEventListener("keydown", escape));
  }

  /** Let go of what is being drawn. */
  cancel(): void {
    this.stroke = null;
    this.drawn.remove();
  }

  private begin(event: PointerEvent): void {
    if (event.button !== 0 || !event.isPrimary) {
      this.cancel(); // a second finger moves the map
      return;
    }
    const shape = this.shapeOf(event.shiftKey);
    const at = this.at(event);
    const { pointerId } = event;
    this.stroke = shape === null ? null : { shape, pointerId, first: at, last: at, path: [at], isDrawing: false };
  }

  private go(event: PointerEvent): void {
    const { stroke } = this;
    if (stroke === null || event.pointerId !== stroke.pointerId) return;
    const at = this.at(event);
    if (!stroke.isDrawing) {
      if (at.distanceTo(stroke.first) < DRAG_PX) return;
      stroke.isDrawing = true;
      // From here on this element has the pointer, so that neither a venue's name nor a click comes of it.
      this.map.getContainer().setPointerCapture(event.pointerId);
      this.drawn.addTo(this.map);
    }
    if (stroke.shape === "rectangle") stroke.last = at;
    else for (const move of movesOf(event)) lengthen(stroke, this.at(move));
    this.drawn.setLatLngs(this.corners(stroke).map(([latitude, longitude]) => [latitude, longitude]));
  }

  private end(event: PointerEvent): void {
    const { stroke } = this;
    if (stroke === null || event.pointerId !== stroke.pointerId) return;
    this.cancel();
    if (!stroke.isDrawing) return;
    this.withoutClick();
    this.onDrawn(this.corners(stroke));
  }

  private corners({ shape, first, last, path }: Stroke): Point[] {
    const point = (at: L.Point): Point => {
      const { lat, lng } = this.map.containerPointToLatLng(at);
      return [lat, lng];
    };
    return shape === "rectangle" ? rectangle(point(first), point(last)) : path.map(point);
  }

  private at(event: PointerEvent): L.Point {
    return this.map.mouseEventToContainerPoint(event);
  }

  /** The browser makes a click of every drag that ends where it began; this one means nothing. */
  private withoutClick(): void {
    const swallow = (event: Event): void => event.stopPropagation();
    addEventListener("click", swallow, { capture: true, once: true });
    setTimeout(() => removeEventListener("click", swallow, { capture: true }), 0);
  }
}

/** A busy browser tells of several moves at once, which still are corners of their own; an older one does not say them. */
function movesOf(event: PointerEvent): readonly PointerEvent[] {
  return "getCoalescedEvents" in event ? event.getCoalescedEvents() : [event];
}

function lengthen(stroke: Stroke, at: L.Point): void {
  if (at.distanceTo(stroke.last) < STEP_PX || stroke.path.length >= MAX_CORNERS) return;
  stroke.last = at;
  stroke.path.push(at);
}
