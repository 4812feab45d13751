// One camera on the wall: its picture, whose it is, when it was taken, and in words how it stands.
import { memo, useEffect, useRef, useState, type DragEvent } from "react";

import { useAnalysisCanvas } from "../analysis/useAnalysisCanvas";
import { useLanguage, useTexts } from "../language/language";
import { clockTime } from "../language/time";
import type { StreamName } from "../player/records";
import { useRoom, useStore } from "../room/store";
import { useSecond } from "../screen/useSecond";
import { namesVenue } from "./byVenue";
import { OLD_MS, standOf } from "./condition";
import { showOn, turnTo, useLive } from "./engine";
import { arrange, choosePlace, enlarge } from "./store";
import { putAt, takeAway } from "./wall";

/** What is dragged: a camera's id. */
export const DRAGGED = "application/x-qianshao-camera";

interface Props {
  cameraId: string;
  stream: StreamName;
  /** Null on a tour, and where it stands alone: it is then neither moved nor taken away. */
  place: number | null;
  isChosen: boolean;
  isLarge: boolean;
  /** Opened ahead of its step, out of sight. */
  isAhead: boolean;
  /** Vision's looks are shown over it. */
  isAnalysed: boolean;
}

export const Tile = memo(function Tile({ cameraId, stream, place, isChosen, isLarge, isAhead, isAnalysed }: Props) {
  const texts = useTexts();
  const words = texts.live;
  const camera = useRoom((room) => room.cameras.get(cameraId), undefined);
  const venue = useRoom((room) => (room.venues.get(camera?.venue_id ?? "")), undefined);
  const name = camera?.name ?? cameraId;
  const venueName = venue?.name ?? words.noVenue;
  const picture = useRef<HTMLDivElement>(null);
  const firstStream = useRef(stream);

  useEffect(() => {
    const canvas = document.createElement("canvas");
    picture.current?.append(canvas);
    const end = showOn(canvas, cameraId, firstStream.current);
    return () => {
      end();
      canvas.remove();
    };
  }, [cameraId]);
  useEffect(() => turnTo(cameraId, stream), [cameraId, stream]);
  useAnalysisCanvas(picture, cameraId, isAnalysed);

  const drop = (event: DragEvent): void => {
    const dragged = event.dataTransfer.getData(DRAGGED);
    event.preventDefault();
    if (dragged !== "" && place !== null) arrange((wall) => putAt(wall, place, dragged));
  };
  return (
    <figure
      className={`live-tile${isChosen ? " chosen" : ""}${isAhead ? " ahead" : ""}`}
      data-testid="live-tile"
      data-camera={cameraId}
      draggable={place !== null}
      onDragStart={(event) => event.dataTransfer.setData(DRAGGED, cameraId)}
      onDragOver={(event) => place !== null && event.preventDefault()}
      onDrop={drop}
      onClick={() => place !== null && choosePlace(place)}
      onDoubleClick={() => enlarge(isLarge ? null : cameraId)}
      title={isChosen ? words.swapHint : undefined}
    >
      <div ref={picture} className="live-tile-picture" />
      <figcaption>
        <b>{name}</b>
        {!namesVenue(name, venueName) && <span>{venueName}</span>}
      </figcaption>
      <TileStanding cameraId={cameraId} isMain={stream === "main"} />
      <span className="live-tile-keys">
        <button type="button" title={isLarge ? words.shrink : words.enlarge} aria-label={words.enlarge} data-testid="tile-enlarge" onClick={(event) => (event.stopPropagation(), enlarge(isLarge ? null : cameraId))}>
          {isLarge ? "⤡" : "⤢"}
        </button>
        {place !== null && (
          <button type="button" title={words.takeAway} aria-label={words.takeAway} data-testid="tile-away" onClick={(event) => (event.stopPropagation(), arrange((wall) => takeAway(wall, cameraId)))}>
            ×
          </button>
        )}
      </span>
    </figure>
  );
});

/** Drawn several times a second, apart from the tile. */
function TileStanding({ cameraId, isMain }: { cameraId: string; isMain: boolean }) {
  const texts = useTexts();
  const words = texts.live;
  const isEnglish = useLanguage((store) => store.language) === "en";
  const hubNowMs = useSecond();
  const nowMs = hubNowMs - useStore((store) => store.clockOffsetMs);
  const [openedAtMs] = useState(nowMs);
  const line = useLive((live) => live.line);
  const view = useLive((live) => live.views.get(cameraId));
  const camera = useRoom((room) => room.cameras.get(cameraId), undefined);
  const zone = useRoom((room) => room.community.time_zone, "UTC");
  const stand = standOf({ line, view, camera, nowMs, hubNowMs, openedAtMs }, isEnglish, texts);
  const atMs = view?.atMs ?? null;
  const isOld = stand.ageMs !== null && stand.ageMs > OLD_MS;
  return (
    <>
      <span className="live-tile-clock" data-testid="tile-clock">
        {atMs === null || stand.tone === "bad" ? "" : clockTime(atMs, zone)}
        {isOld && stand.tone !== "bad" && <em data-testid="tile-age">{words.old(((stand.ageMs ?? 0) / 1000).toFixed(stand.ageMs !== null && stand.ageMs < 10_000 ? 1 : 0))}</em>}
      </span>
      {stand.tone === "bad" && (
        <div className="live-tile-why" data-testid="tile-why">
          <b>{stand.state}</b>
          {stand.why !== stand.state && <span>{stand.why}</span>}
          {atMs !== null && <i>{words.lastPicture(clockTime(atMs, zone))}</i>}
        </div>
      )}
      <span className="live-tile-state">
        <i className={stand.tone} data-testid="tile-state" data-stand={stand.state} data-drawn={view?.drawn ?? 0} data-skipped={view?.skipped ?? 0} data-errors={view?.errors ?? 0}>
          {stand.tone === "bad" ? "" : stand.tone === "good" && isMain ? `${stand.state} ${words.main}` : stand.state}
        </i>
        {stand.marks.map((mark) => (
          <em key={mark}>{mark}</em>
        ))}
      </span>
    </>
  );
}
