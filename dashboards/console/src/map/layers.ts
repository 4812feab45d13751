// The map's layers on one canvas: ground, grids, camera sectors, venues.
import L from "leaflet";

import { radiosByVenue } from "../radios/byVenue";
import type { AlertRecord } from "../room/room";
import type { Camera, Radio, Venue } from "../room/types";
import { CameraMarker } from "./CameraMarker";
import { pointAt } from "../search/pointing";
import { addPoint } from "./drawing";
import { CAMERA_COLOURS, cameraLook, GROUND_STYLES, shortNames, venueLook } from "./looks";
import { viewSector } from "./sector";
import { clickVenue } from "./selection";
import { chooseOnMap } from "./store";
import { VenueMarker } from "./VenueMarker";

/** Panes below the canvas of venues and cameras (Leaflet's overlay pane, 400), so that no name hides a venue. */
const GROUND = { name: "ground", zIndex: "300" };
const GRID_NAMES = { name: "gridNames", zIndex: "350" };

/** Draw the ground in the order in which things lie upon one another; answers the bounds of streets and grids. */
export function addGround(map: L.Map, ground: GeoJSON.FeatureCollection): L.LatLngBounds {
  const bounds = L.latLngBounds([]);
  for (const pane of [GROUND, GRID_NAMES]) map.createPane(pane.name).style.zIndex = pane.zIndex;
  const renderer = L.canvas({ pane: GROUND.name });
  for (const kind of ["boundary", "green", "water", "street", "building", "grid"]) {
    const features = ground.features.filter((feature) => feature.properties?.["kind"] === kind);
    const style = { ...GROUND_STYLES[kind], renderer, interactive: false };
    const layer = L.geoJSON(features, { style: () => style, interactive: false, pane: GROUND.name });
    layer.addTo(map);
    if (kind === "street" || kind === "grid") for (const one of layer.getLayers()) bounds.extend((one as L.Polyline).getBounds());
    if (kind === "grid") {
      const names = shortNames(features.map((feature) => String(feature.properties?.["name"] ?? "")));
      features.forEach((feature, index) => addGridName(map, feature, names[index] ?? ""));
    }
  }
  return bounds;
}

function addGridName(map: L.Map, feature: GeoJSON.Feature, name: string): void {
  const icon = L.divIcon({ className: "grid-name", html: "", iconSize: [90, 14] });
  const marker = L.marker(L.geoJSON(feature).getBounds().getCenter(), {
    icon,
    pane: GRID_NAMES.name,
    interactive: false,
    keyboard: false,
  });
  marker.addTo(map);
  write(marker, name);
}

/** Names come from outside: text, never markup. */
function write(marker: L.Marker, text: string): void {
  const element = marker.getElement();
  if (element !== undefined) element.textContent = text;
}

export class VenueLayer {
  private readonly markers = new Map<string, VenueMarker>();

  constructor(private readonly map: L.Map) {}

  show(
    venues: ReadonlyMap<string, Venue>,
    radios: ReadonlyMap<string, Radio>,
    alert: AlertRecord | null,
    chosen: ReadonlySet<string>,
    deaf: ReadonlySet<string>,
  ): void {
    const byVenue = radiosByVenue(radios.values());
    for (const venue of venues.values()) {
      const look = venueLook(byVenue.get(venue.venue_id) ?? [], alert, chosen.has(venue.venue_id), deaf);
      const known = this.markers.get(venue.venue_id);
      if (known !== undefined) {
        known.wear(look);
        continue;
      }
      const marker = new VenueMarker([venue.latitude, venue.longitude], venue.kind, look);
      marker.bindTooltip(venue.name, { direction: "top", offset: [0, -6] });
      marker.on("click", ({ latlng, originalEvent }) => {
        if (!pointAt({ venue_id: venue.venue_id }) && !addPoint([latlng.lat, latlng.lng])) clickVenue(venue.venue_id, originalEvent.shiftKey);
      });
      marker.addTo(this.map);
      this.markers.set(venue.venue_id, marker);
    }
  }
}


export class CameraLayer {
  private readonly shown = new Map<string, { look: string; layers: L.Layer[] }>();

  constructor(private readonly map: L.Map) {}

  show(cameras: ReadonlyMap<string, Camera>, chosenId: string | null): void {
    for (const [id, known] of this.shown) {
      if (!cameras.has(id)) this.remove(id, known.layers);
    }
    for (const camera of cameras.values()) {
      const { latitude, longitude } = camera;
      if (latitude === null || longitude === null) continue;
      const colour = CAMERA_COLOURS[cameraLook(camera)];
      const isChosen = camera.camera_id === chosenId;
      const look = [latitude, longitude, camera.heading_deg, camera.view_deg, camera.range_m, colour, isChosen, camera.name].join();
      const known = this.shown.get(camera.camera_id);
      if (known?.look === look) continue;
      if (known !== undefined) this.remove(camera.camera_id, known.layers);
      const layers: L.Layer[] = [];
      if (camera.heading_deg !== null && camera.view_deg !== null) {
        layers.push(
          L.polygon(viewSector(latitude, longitude, camera.heading_deg, camera.view_deg, camera.range_m ?? 25), {
            color: colour,
            weight: isChosen ? 2 : 1,
            fillOpacity: isChosen ? 0.35 : 0.14,
            interactive: false,
          }),
        );
      }
      const point = new CameraMarker([latitude, longitude], colour, isChosen, camera.heading_deg, camera.view_deg);
      point.bindTooltip(camera.name, { direction: "top", offset: [0, -4] });
      point.on("click", ({ latlng }) => {
        if (!pointAt({ latitude, longitude }) && !addPoint([latlng.lat, latlng.lng])) chooseOnMap({ kind: "camera", id: camera.camera_id });
      });
      layers.push(point);
      for (const layer of layers) layer.addTo(this.map);
      this.shown.set(camera.camera_id, { look, layers });
    }
  }

  private remove(id: string, layers: L.Layer[]): void {
    for (const layer of layers) layer.remove();
    this.shown.delete(id);
  }
}
