// Circles around where the missing child was seen: how far she can be now, and up to where venues are alerted; evidence.
import L from "leaflet";

import type { Evidence } from "../missing/types";

/** Above the ground and the streets in reach, below venues and cameras. */
const PANE = { name: "rings", zIndex: "365" };
export const RING_COLOUR = "#f759ab";
const LOOKS = { sure: { fillOpacity: 1, dashArray: "" }, stands: { fillOpacity: 0.35, dashArray: "" }, doubted: { fillOpacity: 0, dashArray: "3 3" } };

export interface Ring {
  latitude: number;
  longitude: number;
  child: number;
  alerted: number;
}

export class RingLayer {
  private readonly group: L.LayerGroup;
  private readonly renderer = L.canvas({ pane: PANE.name, padding: 1 });

  constructor(map: L.Map) {
    const { style } = map.createPane(PANE.name);
    style.zIndex = PANE.zIndex;
    style.pointerEvents = "none";
    this.group = L.layerGroup().addTo(map);
  }

  show(rings: readonly Ring[], evidence: readonly Evidence[]): void {
    this.group.clearLayers();
    const look = { renderer: this.renderer, pane: PANE.name, interactive: false, color: RING_COLOUR } as const;
    for (const { latitude, longitude, child, alerted } of rings) {
      this.group.addLayer(L.circle([latitude, longitude], { ...look, radius: child, weight: 2, fillOpacity: 0.1 }));
      this.group.addLayer(L.circle([latitude, longitude], { ...look, radius: alerted, weight: 1.5, fill: false, dashArray: "6 5" }));
    }
    for (const { latitude, longitude, state } of evidence) {
      if (state === "rejected") continue;
      this.group.addLayer(L.circleMarker([latitude, longitude], { ...look, radius: 6, weight: 2, fill: true, fillColor: RING_COLOUR, ...LOOKS[state] }));
    }
  }
}
