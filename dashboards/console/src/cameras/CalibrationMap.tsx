// The community's map beside a camera's picture: ground points are clicked in it, and the ground in view is drawn.
import L from "leaflet";
import "leaflet/dist/leaflet.css";
import { useEffect, useRef, useState } from "react";

import { addGround } from "../map/layers";
import { useStore } from "../room/store";
import type { Place } from "./clicks";

interface Props {
  /** Where the camera is thought to stand; null: nobody said. */
  camera: Place | null;
  /** The venue that it belongs to, around which the map is shown while nobody said where the camera is. */
  near?: Place | null;
  /** The clicked places by the numbers that they have in the picture. */
  places: readonly (Place | null)[];
  footprint: readonly Place[];
  onClick: (place: Place) => void;
}

const NEAR = 19;

export function CalibrationMap({ camera, near = null, places, footprint, onClick }: Props) {
  const ground = useStore((store) => store.map);
  const element = useRef<HTMLDivElement>(null);
  const clicked = useRef(onClick);
  const [drawn, setDrawn] = useState<{ map: L.Map; marks: L.LayerGroup } | null>(null);
  const [from] = useState(camera ?? near);
  useEffect(() => {
    clicked.current = onClick;
  }, [onClick]);

  useEffect(() => {
    if (element.current === null) return;
    const map = L.map(element.current, { preferCanvas: true, attributionControl: false, keyboard: false, maxZoom: 22, zoomSnap: 0.5 });
    map.setView([0, 0], 15);
    const bounds = ground === null ? L.latLngBounds([]) : addGround(map, ground);
    if (from !== null) map.setView([from[0], from[1]], NEAR);
    else if (bounds.isValid()) map.fitBounds(bounds);
    map.on("click", ({ latlng }) => clicked.current([latlng.lat, latlng.lng]));
    setDrawn({ map, marks: L.layerGroup().addTo(map) });
    const resized = new ResizeObserver(() => map.invalidateSize({ animate: false }));
    resized.observe(element.current);
    return () => {
      resized.disconnect();
      map.remove();
    };
  }, [ground, from]);

  useEffect(() => {
    if (drawn === null) return;
    const { marks } = drawn;
    marks.clearLayers();
    if (footprint.length > 0) {
      marks.addLayer(L.polygon(footprint.map(([latitude, longitude]) => [latitude, longitude]), { color: "#ffd666", weight: 2, fillOpacity: 0.15, interactive: false }));
    }
    if (near !== null) {
      marks.addLayer(L.circleMarker([near[0], near[1]], { radius: 8, color: "#c6d0dd", fill: false, weight: 2, interactive: false }));
    }
    if (camera !== null) {
      marks.addLayer(L.circleMarker([camera[0], camera[1]], { radius: 6, color: "#ffffff", fillColor: "#5aa9ff", fillOpacity: 1, weight: 2, interactive: false }));
    }
    places.forEach((place, number) => {
      if (place === null) return;
      const icon = L.divIcon({ className: "click-mark", html: String(number + 1), iconSize: [22, 22], iconAnchor: [11, 11] });
      marks.addLayer(L.marker([place[0], place[1]], { icon, interactive: false, keyboard: false }));
    });
  }, [drawn, camera, near, places, footprint]);

  return <div ref={element} className="calibration-map" data-testid="calibration-map" />;
}
