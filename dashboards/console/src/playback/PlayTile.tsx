// One camera that is played back: its picture, when that was taken, and in words why there is none.
import { useEffect, useLayoutEffect, useRef, useState } from "react";

import { inLanguage, useLanguage, useTexts } from "../language/language";
import { clockTime, hourAndMinute } from "../language/time";
import { Player } from "../player/player";
import { useRoom } from "../room/store";
import type { Desk } from "./desk";
import { Feeder, type Stop } from "./feeder";
import { playbackHub } from "./hub";

interface Stand {
  atMs: number | null;
  stop: Stop;
  isTranscoded: boolean;
  /** The browser cannot, and neither did the hub. */
  isUnplayable: boolean;
  word: { zh: string; en: string } | null;
  drawn: number;
}

const NOTHING: Stand = { atMs: null, stop: null, isTranscoded: false, isUnplayable: false, word: null, drawn: 0 };
const DRAW_EVERY_MS = 200;

export function PlayTile({ desk, caseId, cameraId, atMs, isPlaying, onRemove }: { desk: Desk; caseId: string; cameraId: string; atMs: number; isPlaying: boolean; onRemove: () => void }) {
  const texts = useTexts();
  const words = texts.playback;
  const language = useLanguage((store) => store.language);
  const camera = useRoom((room) => room.cameras.get(cameraId), undefined);
  const venue = useRoom((room) => room.venues.get(camera?.venue_id ?? "")?.name, undefined);
  const zone = useRoom((room) => room.community.time_zone, "UTC");
  const picture = useRef<HTMLDivElement>(null);
  const seated = useRef<ReturnType<typeof sit> | null>(null);
  const [stand, setStand] = useState(NOTHING);

  useEffect(() => {
    const canvas = document.createElement("canvas");
    picture.current?.append(canvas);
    const seat = sit(canvas, caseId, cameraId);
    seated.current = seat;
    desk.add(cameraId, seat);
    const timer = setInterval(() => setStand((before) => changed(before, seat.stand())), DRAW_EVERY_MS);
    return () => {
      clearInterval(timer);
      desk.remove(cameraId);
      seat.end();
      canvas.remove();
    };
  }, [desk, caseId, cameraId]);

  // While it plays the picture's time is told some times a second; where it halts, which picture that is, at once.
  useLayoutEffect(() => {
    const seat = seated.current;
    if (seat !== null) setStand((before) => changed(before, seat.stand()));
  }, [isPlaying]);

  const { stop } = stand;
  const why =
    stop?.kind === "failed"
      ? inLanguage(language, stop.zh, stop.en)
      : stand.isUnplayable
        ? words.unplayable
        : stand.word !== null
          ? inLanguage(language, stand.word.zh, stand.word.en)
          : stop?.kind === "gap" && (stand.atMs === null || atMs > stand.atMs + 1_000) && atMs < stop.untilMs
            ? words.gapUntil(hourAndMinute(stop.untilMs, zone))
            : stop?.kind === "end" && (stand.atMs === null || atMs > stand.atMs + 1_000)
              ? words.noMore
              : null;
  return (
    <figure className="live-tile" data-testid="play-tile" data-camera={cameraId} data-at={stand.atMs ?? ""} data-drawn={stand.drawn}>
      <div ref={picture} className="live-tile-picture" />
      <figcaption>
        <b>{camera?.name ?? cameraId}</b>
        <span>{venue ?? texts.live.noVenue}</span>
      </figcaption>
      {why !== null && (
        <div className="live-tile-why" data-testid="play-why">
          <b>{why}</b>
        </div>
      )}
      <span className="live-tile-clock">{stand.atMs === null ? "" : clockTime(stand.atMs, zone)}</span>
      {stand.isTranscoded && (
        <span className="live-tile-state">
          <em>{texts.live.transcoded}</em>
        </span>
      )}
      <span className="live-tile-keys">
        <button type="button" title={texts.live.takeAway} aria-label={texts.live.takeAway} onClick={onRemove}>
          ×
        </button>
      </span>
    </figure>
  );
}

function changed(before: Stand, now: Stand): Stand {
  const same = before.atMs === now.atMs && before.stop === now.stop && before.isUnplayable === now.isUnplayable && before.word?.zh === now.word?.zh;
  return same ? before : now;
}

/** A player with its feeder. */
function sit(canvas: HTMLCanvasElement, caseId: string, cameraId: string) {
  const player: Player = new Player(canvas, () => {
    // A browser without this coding has the hub turn it into one that it has.
    if (player.state.isDecoded === false && !feeder.isTranscoded) {
      feeder.isTranscoded = true;
      const atMs = soughtMs;
      player.reset();
      feeder.seek(atMs);
      player.playFrom(atMs, 0);
    }
  });
  let soughtMs = 0;
  const feeder = new Feeder({
    player,
    fetch: (fromMs, untilMs, isTranscoded, signal) => playbackHub.pictures(caseId, cameraId, fromMs, untilMs, isTranscoded, signal),
    nowMs: () => Date.now(),
    onTurn: () => undefined,
  });
  return {
    player,
    feeder: {
      seek: (atMs: number) => {
        soughtMs = atMs;
        feeder.seek(atMs);
      },
      work: (atMs: number, rate: number) => feeder.work(atMs, rate),
      get stop() {
        return feeder.stop;
      },
    },
    stand: (): Stand => ({
      atMs: player.state.atMs,
      stop: feeder.stop,
      isTranscoded: feeder.isTranscoded,
      isUnplayable: feeder.isTranscoded && player.state.isDecoded === false,
      word: player.state.word === null ? null : { zh: player.state.word.message, en: player.state.word.message_en },
      drawn: player.state.drawn,
    }),
    end: () => {
      feeder.close();
      player.close();
    },
  };
}
