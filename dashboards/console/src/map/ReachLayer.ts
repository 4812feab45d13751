// Shades the streets on which the sought person may be now, the likelier the stronger.
import L from "leaflet";

import type { Shade } from "../path/shown";

/** Above the ground, below venues and cameras. */
const PANE = { name: "reach", zIndex: "360" };
export const REACH_COLOUR = "#f759ab";

export class ReachLayer {
  private readonly group: L.LayerGroup;
  private readonly renderer = L.canvas({ pane: PANE.name });

  constructor(map: L.Map) {
    const { style } = map.createPane(PANE.name);
    style.zIndex = PANE.zIndex;
    style.pointerEvents = "none";
    this.group = L.layerGroup().addTo(map);
  }

  show(shades: readonly Shade[]): void {
    this.group.clearLayers();
    for (const { line: [begin, end], strength } of shades) {
      this.group.addLayer(
        L.polyline([[...begin], [...end]], {
          renderer: this.renderer,
          pane: PANE.name,
          interactive: false,
          color: REACH_COLOUR,
          weight: 9,
          lineCap: "butt",
          // The eye sees the square root: a stretch a quarter as likely is half as strong.
          opacity: 0.12 + 0.63 * Math.sqrt(strength),
        }),
      );
    }
  }
}
