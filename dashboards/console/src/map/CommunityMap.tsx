// The community's own map in the middle of the screen; nothing of it comes from outside.
import L from "leaflet";
import "leaflet/dist/leaflet.css";
import { useEffect, useEffectEvent, useMemo, useRef, useState } from "react";

import { useMapAlert } from "../alerts/chosen";
import { useTexts } from "../language/language";
import { clockTime, hourAndMinute } from "../language/time";
import { asOneAlert, radiiOf } from "../missing/shown";
import { useShownChild } from "../missing/store";
import { ChosenStep } from "../path/ChosenStep";
import { choosePath } from "../path/store";
import { chooseStep } from "../path/choosing";
import { useShownPath } from "../path/useShownPath";
import type { AlertRecord } from "../room/room";
import { useRoom, useStore } from "../room/store";
import type { Camera, Radio, Venue } from "../room/types";
import { useOpenCase } from "../cases/store";
import { pointAt, usePointing } from "../search/pointing";
import { useSearch, useSearchStore } from "../search/store";
import { useTick } from "../screen/useSecond";
import { useDeafRadios } from "../talk/deaf";
import { addGround, CameraLayer, VenueLayer } from "./layers";
import { venuesInside } from "./inside";
import { Legend } from "./Legend";
import { cameraLook } from "./looks";
import { addPoint, isDrawing, useDrawing, venuesIn } from "./drawing";
import { PathLayer, type PathHands } from "./PathLayer";
import { PlaceLayer } from "./PlaceLayer";
import { PointingHint } from "./PointingHint";
import { ReachLayer } from "./ReachLayer";
import { RingLayer } from "./RingLayer";
import { ShapeKeys } from "./ShapeKeys";
import { ShapeLayer } from "./ShapeLayer";
import { addVenues, shapeOf, useSelection } from "./selection";
import { SelectionKeys } from "./SelectionKeys";
import { SelectionTool } from "./SelectionTool";
import { chooseOnMap, useMapDesk } from "./store";
import { ChosenCard } from "./ChosenCard";
import "./map.css";

interface Drawn {
  map: L.Map;
  bounds: L.LatLngBounds;
  venues: VenueLayer;
  cameras: CameraLayer;
  reach: ReachLayer;
  rings: RingLayer;
  path: PathLayer;
  tool: SelectionTool;
  shape: ShapeLayer;
  place: PlaceLayer;
}

/** Room for the legend below. */
const MARGINS: L.FitBoundsOptions = { paddingTopLeft: [8, 8], paddingBottomRight: [8, 54] };
/** A ring grows two metres a second. */
const RINGS_EVERY_MS = 2_000;
const NO_ALERTS: ReadonlyMap<string, AlertRecord> = new Map();
const NO_VENUES: ReadonlyMap<string, Venue> = new Map();
const NO_RADIOS: ReadonlyMap<string, Radio> = new Map();
const NO_CAMERAS: ReadonlyMap<string, Camera> = new Map();

function draw(element: HTMLElement, ground: GeoJSON.FeatureCollection, venues: Iterable<Venue>): Drawn {
  const map = L.map(element, {
    preferCanvas: true,
    attributionControl: false,
    zoomControl: false,
    zoomSnap: 0.1,
    maxZoom: 20,
    keyboard: false,
    boxZoom: false,
  });
  map.setView([0, 0], 15);
  const bounds = addGround(map, ground);
  if (!bounds.isValid()) for (const venue of venues) bounds.extend([venue.latitude, venue.longitude]);
  if (bounds.isValid()) map.fitBounds(bounds, MARGINS);
  const venueLayer = new VenueLayer(map);
  const cameras = new CameraLayer(map);
  const reach = new ReachLayer(map);
  const rings = new RingLayer(map);
  const path = new PathLayer(map);
  const tool = new SelectionTool(map, shapeOf, (corners) =>
    addVenues(venuesInside(useStore.getState().room?.venues.values() ?? [], corners)),
  );
  const shape = new ShapeLayer(map);
  map.on("click", ({ latlng }) => {
    if (!pointAt({ latitude: latlng.lat, longitude: latlng.lng }) && !addPoint([latlng.lat, latlng.lng])) chooseOnMap(null);
  });
  return { map, bounds, cameras, venues: venueLayer, reach, rings, path, tool, shape, place: new PlaceLayer(map) };
}

export function CommunityMap() {
  const texts = useTexts();
  const ground = useStore((store) => store.map);
  const mapMissing = useStore((store) => store.mapMissing);
  const chosenAlert = useMapAlert();
  const alerts = useRoom((room) => room.alerts, NO_ALERTS);
  const child = useShownChild();
  const isMissing = child !== null && child.ended_at_ms === null;
  // While a child is sought, every venue that has one of the search's alerts shows how far it came there.
  const alert = useMemo(() => (isMissing ? (asOneAlert(child, alerts) ?? chosenAlert) : chosenAlert), [isMissing, child, alerts, chosenAlert]);
  const chosen = useMapDesk((desk) => desk.chosen);
  const tool = useSelection((selection) => selection.tool);
  const selected = useSelection((selection) => selection.venueIds);
  const drawing = useDrawing();
  const zone = useRoom((room) => room.community.time_zone, "UTC");
  const venues = useRoom((room) => room.venues, NO_VENUES);
  const radios = useRoom((room) => room.radios, NO_RADIOS);
  const cameras = useRoom((now) => now.cameras, NO_CAMERAS);
  const chosenSightingId = useSearchStore((store) => store.chosenSightingId);
  const element = useRef<HTMLDivElement>(null);
  const [drawn, setDrawn] = useState<Drawn | null>(null);
  const deaf = useDeafRadios();
  const path = useShownPath();
  const isPointing = usePointing(({ caseId }) => caseId !== null);
  const { place, walk } = useSearch(useOpenCase()?.case_id ?? null).form;
  const around = walk === null ? null : place;

  useEffect(() => {
    if (element.current === null || ground === null) return;
    const made = draw(element.current, ground, useStore.getState().room?.venues.values() ?? []);
    setDrawn(made);
    const resized = new ResizeObserver(() => {
      made.map.invalidateSize({ animate: false });
      if (!made.path.frameAgain() && made.bounds.isValid()) made.map.fitBounds(made.bounds, { ...MARGINS, animate: false });
    });
    resized.observe(element.current);
    return () => {
      resized.disconnect();
      made.map.remove();
    };
  }, [ground]);

  const inShape = useMemo(() => new Set(venuesIn(drawing, venues.values())), [drawing, venues]);

  useEffect(() => {
    const ringed = drawing.kind !== null ? inShape : chosen?.kind === "venue" ? new Set([chosen.id]) : selected;
    drawn?.venues.show(venues, radios, alert, ringed, deaf);
  }, [drawn, venues, radios, alert, chosen, selected, deaf, drawing.kind, inShape]);

  useEffect(() => {
    drawn?.place.show(around);
  }, [drawn, around]);

  useEffect(() => {
    drawn?.shape.show(drawing, chosenAlert?.target ?? null);
  }, [drawn, drawing, chosenAlert?.target]);

  useEffect(() => {
    if (tool === null) {
      drawn?.tool.cancel();
      drawn?.map.dragging.enable();
    } else drawn?.map.dragging.disable();
  }, [drawn, tool]);

  const seenBy = path.steps.find((one) => one.step.sighting.sighting_id === chosenSightingId)?.step.sighting.camera_id;
  useEffect(() => {
    drawn?.cameras.show(cameras, chosen?.kind === "camera" ? chosen.id : (seenBy ?? null));
  }, [drawn, cameras, chosen, seenBy]);

  useEffect(() => {
    drawn?.reach.show(path.shades);
  }, [drawn, path.shades]);

  const ringsAtMs = useTick(isMissing ? RINGS_EVERY_MS : null);
  useEffect(() => {
    if (child === null) {
      drawn?.rings.show([], []);
      return;
    }
    const rings = isMissing ? child.fronts.map((front) => ({ ...front, ...radiiOf(front, ringsAtMs) })) : [];
    drawn?.rings.show(rings, child.evidence);
  }, [drawn, child, isMissing, ringsAtMs]);

  const { caseId } = path;
  const hands = useMemo(
    (): PathHands => ({
      time: (atMs) => clockTime(atMs, zone),
      other: texts.path.other,
      ahead: ({ earliest_at_ms, likely_at_ms }) =>
        texts.path.aheadSign(hourAndMinute(earliest_at_ms, zone), hourAndMinute(likely_at_ms, zone)),
      onStep: chooseStep,
      onOther: (number) => {
        if (caseId !== null) choosePath(caseId, number - 1);
      },
    }),
    [zone, texts, caseId],
  );
  const { steps, ways, others, ahead } = path;
  useEffect(() => {
    drawn?.path.show({ steps, ways, others }, hands, chosenSightingId);
  }, [drawn, steps, ways, others, hands, chosenSightingId]);

  useEffect(() => {
    drawn?.path.showAhead(ahead, hands);
  }, [drawn, ahead, hands]);

  // A search that was just answered shows where the person went; what comes later leaves the map where it is.
  useEffect(() => {
    if (path.foundFor !== null) drawn?.path.frame();
  }, [drawn, path.foundFor]);

  const bring = useEffectEvent((sightingId: string | null) => {
    const step = path.steps.find((one) => one.step.sighting.sighting_id === sightingId);
    if (step !== undefined) drawn?.path.bring(step);
  });
  useEffect(() => bring(chosenSightingId), [chosenSightingId]);

  function showWhole(): void {
    drawn?.path.leave();
    drawn?.map.fitBounds(drawn.bounds, MARGINS);
  }

  return (
    <section className={`map${tool === null && !isDrawing(drawing) && !isPointing ? "" : " selecting"}`} data-testid="map">
      <div ref={element} className="leaflet" />
      {mapMissing && <div className="failure map-missing">{texts.map.failed}</div>}
      <Legend
        alert={alert !== null}
        deaf={[...deaf].some((id) => radios.get(id)?.online === true)}
        cameras={new Set([...cameras.values()].map(cameraLook))}
        reach={path.shades.length > 0}
      >
        {path.steps.length > 0 && (
          <button type="button" className="fit" data-testid="map-path" onClick={() => drawn?.path.frame()}>
            {texts.map.wholePath}
          </button>
        )}
        <button type="button" className="fit" onClick={showWhole}>
          {texts.map.wholeCommunity}
        </button>
      </Legend>
      {isPointing ? <PointingHint /> : drawing.kind === null ? <SelectionKeys /> : <ShapeKeys venues={inShape.size} />}
      <ChosenStep />
      <ChosenCard />
    </section>
  );
}
