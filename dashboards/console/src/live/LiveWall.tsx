// The wall of live pictures, in place of the map: tiles by their places, the list of cameras, patrol tours.
import { Segmented } from "antd";
import { useEffect, useState, type DragEvent } from "react";

import { UrgentReports } from "../alerts/UrgentReports";
import { AnalysisPanel } from "../analysis/AnalysisPanel";
import { useTexts } from "../language/language";
import { useStore } from "../room/store";
import { useSecond } from "../screen/useSecond";
import { useSession } from "../session/store";
import { CamerasByVenue } from "./CamerasByVenue";
import { incapable, openLive, useLive, type Incapable } from "./engine";
import { arrange, choosePlace, enlarge, layOut, loadWall, placeCamera, showAnalysis, useWall } from "./store";
import { DRAGGED, Tile } from "./Tile";
import { openedAhead, shownOn, type Run } from "./tour";
import { TourBar } from "./TourBar";
import { TourList } from "./TourList";
import { useTour } from "./useTour";
import { inSight, LAYOUTS, MOST_TILES, putAt, type Layout } from "./wall";
import "./live.css";
import "./tile.css";
import "../analysis/analysis.css";

export function LiveWall() {
  const texts = useTexts();
  const words = texts.live;
  const isIn = useSession((session) => session.phase === "in");
  const [why] = useState<Incapable>(incapable);
  const [panel, setPanel] = useState<"cameras" | "tours">("cameras");
  const wall = useWall((store) => store.wall);
  const run = useWall((store) => store.run);
  const enlarged = useWall((store) => store.enlarged);
  const isEmpty = wall.places.every((one) => one === null);
  useEffect(loadWall, []);
  useTour();
  useEscape();
  return (
    <section className="live" data-testid="live">
      <aside className="panel live-panel">
        <Segmented<"cameras" | "tours">
          block
          value={panel}
          options={[
            { value: "cameras", label: <span data-testid="live-tab-cameras">{words.cameras}</span> },
            { value: "tours", label: <span data-testid="live-tab-tours">{words.tours}</span> },
          ]}
          onChange={setPanel}
        />
        {panel === "cameras" ? <WallCameras /> : <TourList />}
      </aside>
      <div className="live-middle">
        <nav className="live-keys">
          {LAYOUTS.map((layout) => (
            <button
              key={layout}
              type="button"
              title={words.layoutKey(layout)}
              data-testid={`live-layout-${layout}`}
              aria-pressed={run === null && enlarged === null && wall.layout === layout}
              onClick={() => layOut(layout)}
            >
              {words.layout(layout)}
            </button>
          ))}
          {enlarged !== null && (
            <button type="button" data-testid="live-shrink" onClick={() => enlarge(null)}>
              {words.all}
            </button>
          )}
          {run === null && (
            <>
              <button type="button" data-testid="live-fill" onClick={fillWithOnline}>
                {words.fill}
              </button>
              <button type="button" disabled={isEmpty} data-testid="live-clear" onClick={() => arrange((now) => ({ ...now, places: now.places.map(() => null) }))}>
                {words.clear}
              </button>
            </>
          )}
          <AnalysisKey />
          <TourBar />
        </nav>
        {why === null ? isIn && <OpenTiles /> : <p className="live-cannot">{why === "insecure" ? words.insecure : words.oldBrowser}</p>}
        <UrgentReports />
      </div>
    </section>
  );
}

/** Once the worker is there: a tile's effect, which hands its canvas over, runs before that of what holds it. */
function OpenTiles() {
  const isOpen = useLive((live) => live.isOpen);
  useEffect(openLive, []);
  return isOpen ? <Tiles /> : null;
}

/** The camera that is shown alone, and not for a step of a tour; null where there is none. */
function useAlone(): string | null {
  const wall = useWall((store) => store.wall);
  const enlarged = useWall((store) => store.enlarged);
  const isTour = useWall((store) => store.run !== null);
  const { places } = shownTiles(null, enlarged, inSight(wall), wall.layout);
  return places.length === 1 && (enlarged !== null || !isTour) ? (places[0] ?? null) : null;
}

function AnalysisKey() {
  const words = useTexts().analysis;
  const isAnalysed = useWall((store) => store.isAnalysed);
  if (useAlone() === null) return null;
  return (
    <button type="button" title={words.keyHint} data-testid="live-analysis" aria-pressed={isAnalysed} onClick={() => showAnalysis(!isAnalysed)}>
      {words.key}
    </button>
  );
}

function WallCameras() {
  const wall = useWall((store) => store.wall);
  return (
    <CamerasByVenue testid="live" shown={new Set(inSight(wall).filter((one) => one !== null))} onChoose={placeCamera} onDrag={(event, cameraId) => event.dataTransfer.setData(DRAGGED, cameraId)} />
  );
}

function Tiles() {
  const wall = useWall((store) => store.wall);
  const enlarged = useWall((store) => store.enlarged);
  const chosen = useWall((store) => store.chosen);
  const run = useWall((store) => store.run);
  const nowMs = useSecond() - useStore((store) => store.clockOffsetMs);
  const { places, layout } = shownTiles(run, enlarged, inSight(wall), wall.layout);
  const ahead = run === null || enlarged !== null ? [] : openedAhead(run, nowMs).slice(0, MOST_TILES - places.length);
  const alone = useAlone();
  const analysed = useWall((store) => store.isAnalysed) ? alone : null;
  const isArranged = run === null && enlarged === null;
  return (
    <div className="live-below">
      <div className={`live-tiles of-${layout}`} data-testid="live-tiles" data-layout={layout}>
        {places.map((cameraId, place) =>
          cameraId === null ? (
            <Free key={`free-${place}`} place={place} isChosen={chosen === place} />
          ) : (
            <Tile
              key={cameraId}
              cameraId={cameraId}
              stream={layout === 1 ? "main" : "sub"}
              place={isArranged ? place : null}
              isChosen={isArranged && chosen === place}
              isLarge={enlarged === cameraId}
              isAhead={false}
              isAnalysed={analysed === cameraId}
            />
          ),
        )}
        {ahead.map((cameraId) => (
          <Tile key={cameraId} cameraId={cameraId} stream={layout === 1 ? "main" : "sub"} place={null} isChosen={false} isLarge={false} isAhead isAnalysed={false} />
        ))}
      </div>
      {analysed !== null && <AnalysisPanel cameraId={analysed} />}
    </div>
  );
}

function shownTiles(
  run: Run | null,
  enlarged: string | null,
  places: readonly (string | null)[],
  layout: Layout,
): { places: readonly (string | null)[]; layout: Layout } {
  if (enlarged !== null) return { places: [enlarged], layout: 1 };
  return run === null ? { places, layout } : { places: shownOn(run), layout: run.tour.layout };
}

function Free({ place, isChosen }: { place: number; isChosen: boolean }) {
  const texts = useTexts();
  const drop = (event: DragEvent): void => {
    const dragged = event.dataTransfer.getData(DRAGGED);
    event.preventDefault();
    if (dragged !== "") arrange((wall) => putAt(wall, place, dragged));
  };
  return (
    <button
      type="button"
      className={`live-tile free${isChosen ? " chosen" : ""}`}
      data-testid="live-free"
      onClick={() => choosePlace(place)}
      onDragOver={(event) => event.preventDefault()}
      onDrop={drop}
    >
      {isChosen ? texts.live.chosenPlace : texts.live.emptyPlace}
    </button>
  );
}

/** Free places in sight get cameras that are on line and not on the wall. */
function fillWithOnline(): void {
  const cameras = [...(useStore.getState().room?.cameras.values() ?? [])].filter((one) => one.condition === "online");
  arrange((wall) => {
    const waiting = cameras.map((one) => one.camera_id).filter((id) => !inSight(wall).includes(id));
    let filled = wall;
    inSight(wall).forEach((one, place) => {
      const next = one === null ? waiting.shift() : undefined;
      if (next !== undefined) filled = putAt(filled, place, next);
    });
    return filled;
  });
}

/** Leads back from a tile that is large. */
function useEscape(): void {
  useEffect(() => {
    const down = (event: KeyboardEvent): void => {
      if (event.key === "Escape") enlarge(null);
    };
    addEventListener("keydown", down);
    return () => removeEventListener("keydown", down);
  }, []);
}
