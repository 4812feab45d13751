// Marks the point around which the search asks, where it is none of the venues.
import L from "leaflet";

import type { Place } from "../search/near";

export class PlaceLayer {
  private marker: L.Marker | null = null;

  constructor(private readonly map: L.Map) {}

  show(place: Place | null): void {
    this.marker?.remove();
    this.marker = null;
    if (place === null || !("latitude" in place)) return;
    const icon = L.divIcon({ className: "sought-from", html: "", iconSize: [22, 22] });
    this.marker = L.marker([place.latitude, place.longitude], { icon, interactive: false, keyboard: false }).addTo(this.map);
  }
}
