// Plays one recorded burst: the waveform to click into, play and pause, where one is, download.
import { Button } from "antd";
import { useCallback, useEffect, useRef, useState } from "react";

import { useAnswer } from "../../browser/useAnswer";
import { useTexts } from "../../language/language";
import { dayAndTime } from "../../language/time";
import { useRoom } from "../../room/store";
import { useTalk } from "../store";
import { audioAddress, recordingsHub, type RecordedBurst } from "./hub";
import { isSilent } from "./quality";
import { playTime } from "./query";
import { Waveform } from "./Waveform";

/** How long to wait for what somebody says next, when all that is on the hub's disk was heard. */
const MORE_AFTER_MS = 2000;
/** Of a burst that has just begun nothing is on the hub's disk: it is asked for again so soon, until the burst is over. */
const BEGINS_AFTER_MS = 1000;
/** Players and hub differ by so much about a recording's length. */
const SAME_S = 0.1;

export function Player({ burst }: { burst: RecordedBurst | null }) {
  const texts = useTexts();
  if (burst === null || isSilent(burst)) {
    return (
      <div className="recording-player empty" data-testid="recording-player">
        {burst === null ? texts.recordings.choose : texts.recordings.noVoice}
      </div>
    );
  }
  return <Playing burst={burst} />;
}

function Playing({ burst }: { burst: RecordedBurst }) {
  const texts = useTexts();
  const words = texts.recordings;
  const zone = useRoom((room) => room.community.time_zone, "UTC");
  const audio = useRef<HTMLAudioElement>(null);
  const waiting = useRef<ReturnType<typeof setTimeout>>(undefined);
  const fetched = useRef(0);
  const speaking = useTalk((talk) => talk.floor.state === "speaking");
  const [plays, setPlays] = useState(false);
  const [failed, setFailed] = useState(false);
  const [atS, setAtS] = useState(0);
  const [audioS, setAudioS] = useState<number | null>(null);
  const lengthS = burst.duration_s ?? audioS ?? 0;

  // What one speaks must not have an old call in its background.
  useEffect(() => {
    if (speaking) audio.current?.pause();
  }, [speaking]);
  // The element tells its time four times a second and at its end; the line in the waveform moves with each frame.
  useEffect(() => {
    if (!plays) return;
    let frame = requestAnimationFrame(function follow() {
      setAtS(audio.current?.currentTime ?? 0);
      frame = requestAnimationFrame(follow);
    });
    return () => cancelAnimationFrame(frame);
  }, [plays]);

  useEffect(() => () => clearTimeout(waiting.current), []);

  /** Under another address, since the browser keeps what it has of the same one. */
  function fetchAgain(player: HTMLAudioElement): void {
    fetched.current += 1;
    player.src = `${audioAddress(burst.burst_id)}?again=${fetched.current}`;
  }

  function toggle(): void {
    const player = audio.current;
    if (player === null) return;
    clearTimeout(waiting.current);
    if (failed) fetchAgain(player);
    setFailed(false);
    if (player.paused) void player.play().catch(() => undefined);
    else player.pause();
  }

  /** What is at its end was perhaps fetched while somebody still spoke: there may be more by now. */
  function goOn(): void {
    const player = audio.current;
    setPlays(false);
    const heardS = player?.currentTime ?? 0;
    const isUnderWay = burst.duration_s === null;
    if (player === null || (!isUnderWay && heardS > lengthS - SAME_S)) return;
    const rest = (): void => {
      fetchAgain(player);
      player.currentTime = heardS;
      void player.play().catch(() => undefined);
    };
    waiting.current = setTimeout(rest, isUnderWay ? MORE_AFTER_MS : 0);
  }

  function fail(): void {
    const player = audio.current;
    if (player === null || burst.duration_s !== null) {
      setFailed(true);
      return;
    }
    const rest = (): void => {
      fetchAgain(player);
      void player.play().catch(() => undefined);
    };
    clearTimeout(waiting.current);
    waiting.current = setTimeout(rest, BEGINS_AFTER_MS);
  }

  function seek(toS: number): void {
    const player = audio.current;
    if (player === null) return;
    const wantedS = Math.min(Math.max(0, toS), lengthS);
    if (wantedS > player.duration) fetchAgain(player);
    player.currentTime = wantedS;
    setAtS(wantedS);
    if (player.paused) void player.play().catch(() => undefined);
  }

  return (
    <div className="recording-player" data-testid="recording-player" data-plays={plays} data-at={atS.toFixed(1)}>
      <audio
        ref={audio}
        src={audioAddress(burst.burst_id)}
        autoPlay
        preload="auto"
        onPlay={() => setPlays(true)}
        onPause={() => setPlays(false)}
        onTimeUpdate={(event) => setAtS(event.currentTarget.currentTime)}
        onEnded={goOn}
        onError={fail}
        onDurationChange={(event) => setAudioS(Number.isFinite(event.currentTarget.duration) ? event.currentTarget.duration : null)}
      />
      <Button data-testid="recording-play" type="primary" size="large" disabled={speaking} onClick={toggle}>
        {plays ? words.pause : words.play}
      </Button>
      <div className="recording-middle">
        <div className="recording-what">
          <b>{burst.talker_name}</b>
          <span>{burst.group_name}</span>
          <span className="quiet">{dayAndTime(burst.started_at_ms, zone)}</span>
          {speaking && <span className="state-wait">{words.pausedToTalk}</span>}
          {failed && (
            <span className="state-bad" role="alert">
              {words.cannotPlay}
            </span>
          )}
        </div>
        {burst.duration_s === null ? <p className="recording-under-way">{words.underWay}</p> : <Drawn burst={burst} atS={atS} lengthS={lengthS} onSeek={seek} />}
      </div>
      <span className="recording-time">
        {playTime(Math.min(atS, lengthS))} / {playTime(Math.round(lengthS))}
      </span>
      <Button data-testid="recording-download" href={audioAddress(burst.burst_id)} download>
        {words.download}
      </Button>
    </div>
  );
}

function Drawn(props: { burst: RecordedBurst; atS: number; lengthS: number; onSeek: (toS: number) => void }) {
  const texts = useTexts();
  const { burst_id: burstId } = props.burst;
  const load = useCallback(() => recordingsHub.waveform(burstId), [burstId]);
  const waveform = useAnswer(load);
  return (
    <Waveform
      peaks={waveform.value?.peaks ?? null}
      atS={props.atS}
      lengthS={props.lengthS}
      label={waveform.loading ? texts.recordings.drawing : texts.recordings.seek}
      onSeek={props.onSeek}
    />
  );
}
