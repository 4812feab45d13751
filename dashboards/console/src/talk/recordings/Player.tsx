// Plays one recorded burst: the waveform to click into, play and pause, where one is, download.
import { Button } from "antd";
import { useCallback, useEffect, useRef, useState } from "react";

import { useAnswer } from "../../browser/useAnswer";
import { useTexts } from "../../language/language";
import { dayAndTime } from "../../language/time";
import { useRoom } from "../../room/store";
import { useTalk } from "../store";
import { CaseKey } from "./CaseKey";
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

  useEffect(() => {
    if (!speaking) return;
    clearTimeout(waiting.current);
    audio.current?.pause();
  }, [speaking]);
  useEffect(() => start(audio.current), []);
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
  function fetchAgain(player: HTMLAudioElement, fromS: number): void {
    fetched.current += 1;
    player.src = `${audioAddress(burst.burst_id)}?again=${fetched.current}`;
    player.currentTime = fromS;
  }

  /** What is at its end was perhaps fetched while somebody still spoke: there may be more by now. */
  function mayHaveMore(player: HTMLAudioElement): boolean {
    return burst.duration_s === null || player.currentTime <= lengthS - SAME_S;
  }

  function startAgain(player: HTMLAudioElement, fromS: number): void {
    fetchAgain(player, fromS);
    start(player);
  }

  function toggle(): void {
    const player = audio.current;
    if (player === null) return;
    clearTimeout(waiting.current);
    setFailed(false);
    if (!player.paused) player.pause();
    else if (player.error !== null || (player.ended && mayHaveMore(player))) startAgain(player, player.currentTime);
    else start(player);
  }

  function goOn(): void {
    const player = audio.current;
    setPlays(false);
    if (player === null || !mayHaveMore(player)) return;
    const heardS = player.currentTime;
    waiting.current = setTimeout(() => startAgain(player, heardS), burst.duration_s === null ? MORE_AFTER_MS : 0);
  }

  function fail(): void {
    const player = audio.current;
    if (player === null || burst.duration_s !== null) {
      setFailed(true);
      return;
    }
    clearTimeout(waiting.current);
    waiting.current = setTimeout(() => startAgain(player, player.currentTime), BEGINS_AFTER_MS);
  }

  function seek(toS: number): void {
    const player = audio.current;
    if (player === null) return;
    const wantedS = Math.min(Math.max(0, toS), lengthS);
    clearTimeout(waiting.current);
    if (wantedS > player.duration) fetchAgain(player, wantedS);
    else player.currentTime = wantedS;
    setAtS(wantedS);
    if (player.paused) start(player);
  }

  return (
    <div className="recording-player" data-testid="recording-player" data-plays={plays} data-at={atS.toFixed(1)}>
      <audio
        ref={audio}
        src={audioAddress(burst.burst_id)}
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
      <CaseKey burstId={burst.burst_id} />
    </div>
  );
}

/** Play, unless somebody speaks here: what is spoken must not have an old call in its background. */
function start(player: HTMLAudioElement | null): void {
  if (useTalk.getState().floor.state !== "speaking") void player?.play().catch(() => undefined);
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
