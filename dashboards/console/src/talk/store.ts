// Talk as the screen shows it, and the one place where press, microphone, encoder and line meet.
import { create } from "zustand";

import type { LineState } from "../room/feed";
import { socketAddress } from "../room/store";
import { lineRefused } from "../session/store";
import { audio, playTone, unlockSound } from "./audio";
import { nextFloor, type CallKind, type Floor, type FloorEvent, type Talker } from "./floor";
import { LeftAlone } from "./leftAlone";
import { TalkLine, type TalkWord } from "./line";
import { Listener } from "./listener";
import { Microphone, type MicrophoneState } from "./microphone";
import { decodePacket, VoicePacketError } from "./packet";
import { OutgoingBurst } from "./speaker";

export interface Heard {
  /** True for a burst of this console; of others' bursts the talker's own radio is not counted. */
  own: boolean;
  burstId: number;
  radiosHearing: number;
  radiosOnline: number;
  ended: boolean;
}

interface TalkStore {
  line: LineState;
  soundReady: boolean;
  microphone: MicrophoneState;
  groupId: string;
  /** Whether the next call is a broadcast: nobody may answer it until it is over. */
  broadcast: boolean;
  floor: Floor;
  /** Who speaks in which talk group, this console left out. */
  talkers: ReadonlyMap<string, Talker>;
  heard: Heard | null;
  /** Loudness of the last 20 ms spoken, 0 to 1. */
  level: number;
  /** Voice packets that were no voice packets. */
  malformed: number;
}

export const useTalk = create<TalkStore>(() => ({
  line: "connecting",
  soundReady: false,
  microphone: "off",
  groupId: "all",
  broadcast: false,
  floor: { state: "idle" },
  talkers: new Map(),
  heard: null,
  level: 0,
  malformed: 0,
}));

const listener = new Listener();
const leftAlone = new LeftAlone((event) => move(event));
const microphone = new Microphone(
  (samples) => speak(samples),
  (state) => useTalk.setState({ microphone: state }),
);
let line: TalkLine | undefined;
let burst: OutgoingBurst | undefined;
let ownBurstId: number | undefined;
/** True while key or button is down. */
let held = false;
let groupIds: readonly string[] = [];

/** Connect talk; the returned function ends it. */
export function openTalk(): () => void {
  unlockSound(() => useTalk.setState({ soundReady: true }));
  line = new TalkLine({
    address: socketAddress("/ws/talk"),
    onOpen: () => {
      useTalk.setState({ line: "open" });
      line?.say({ type: "listen", group_ids: groupIds });
    },
    onLost: () => {
      useTalk.setState({ line: "lost", talkers: new Map() });
      move({ type: "lost" });
    },
    onWord: hear,
    onRefused: lineRefused,
    onVoice: (bytes) => {
      try {
        const packet = decodePacket(bytes);
        if (packet.burstId !== ownBurstId) listener.play(packet, performance.now() * 1000);
      } catch (error) {
        if (!(error instanceof VoicePacketError)) throw error;
        useTalk.setState((talk) => ({ malformed: talk.malformed + 1 }));
      }
    },
  });
  return () => {
    line?.close();
    useTalk.setState({ line: "connecting", talkers: new Map() });
    move({ type: "lost" });
  };
}

/** Hear these talk groups from now on. */
export function listenTo(ids: readonly string[]): void {
  groupIds = ids;
  line?.say({ type: "listen", group_ids: ids });
}

/** Before the radio's name: the talk group of one radio and the police room. */
export const PRIVATE = "private.";

export function chooseGroup(groupId: string): void {
  useTalk.setState({ groupId });
}

export function setBroadcast(broadcast: boolean): void {
  useTalk.setState({ broadcast });
}

/** Ask for the microphone and let sound out; call it from a click or a key. */
export async function enableMicrophone(): Promise<boolean> {
  await audio().resume();
  return microphone.open();
}

/** The key or button went down: ask for the floor. */
export function press(): void {
  held = true;
  if (microphone.state === "ready") {
    request();
    return;
  }
  // Where the browser has to ask the person first, the key is up again before the microphone is there.
  void enableMicrophone().then((ready) => {
    if (ready && held) request();
  });
}

function request(): void {
  const { broadcast, floor, groupId, line: state } = useTalk.getState();
  if (floor.state === "speaking" || floor.state === "queued" || state !== "open") return;
  if (floor.state === "requesting" && !floor.released) return;
  const requestId = crypto.randomUUID();
  move({ type: "press", groupId, requestId });
  const call: CallKind = broadcast ? "broadcast" : "group";
  line?.say({ type: "request", group_id: groupId, request_id: requestId, call });
}

export function release(): void {
  held = false;
  move({ type: "release" });
}

function hear(word: TalkWord): void {
  switch (word.type) {
    case "granted":
      granted(word);
      return;
    case "denied":
      move({ type: "denied", requestId: word.requestId, refusal: word.refusal, atMs: performance.now() });
      return;
    case "queued":
    case "warned":
      move(word);
      return;
    case "revoked":
      move({ type: "revoked", burstId: word.burstId, reason: word.reason });
      return;
    case "taken":
      if (word.talker.burstId !== ownBurstId) {
        useTalk.setState((talk) => ({ talkers: new Map(talk.talkers).set(word.groupId, word.talker) }));
      }
      return;
    case "heard":
      useTalk.setState({
        heard: {
          own: word.burstId === ownBurstId,
          burstId: word.burstId,
          radiosHearing: word.radiosHearing,
          radiosOnline: word.radiosOnline,
          ended: word.ended,
        },
      });
      return;
    case "idle":
      listener.end(word.burstId);
      useTalk.setState((talk) => {
        if (talk.talkers.get(word.groupId)?.burstId !== word.burstId) return {};
        const talkers = new Map(talk.talkers);
        talkers.delete(word.groupId);
        return { talkers };
      });
      return;
  }
}

function granted(word: Extract<TalkWord, { type: "granted" }>): void {
  const { grant } = word;
  ownBurstId = grant.burstId;
  useTalk.setState((talk) => {
    const talkers = new Map(talk.talkers);
    if (talkers.get(grant.groupId)?.burstId === grant.burstId) talkers.delete(grant.groupId);
    return { talkers };
  });
  move({ type: "granted", grant, atMs: performance.now() });
  const { floor } = useTalk.getState();
  if (floor.state !== "speaking" || floor.grant.burstId !== grant.burstId) {
    line?.say({ type: "release", burst_id: grant.burstId });
  }
}

/** Move the floor and do what the new state asks for. */
function move(event: FloorEvent): void {
  const before = useTalk.getState().floor;
  const floor = nextFloor(before, event);
  if (floor === before) return;
  useTalk.setState({ floor });
  leftAlone.changed(before, floor);
  if (isWaiting(before) && (event.type === "release" || event.type === "unanswered")) {
    line?.say({ type: "cancel", request_id: before.requestId });
  }
  if (before.state === "speaking" && floor.state === "speaking") {
    playTone("warned");
    return;
  }
  if (before.state === "speaking") stopSpeaking(before.grant.burstId, event.type === "release");
  if (floor.state === "queued" && before.state !== "queued") playTone("queued");
  if (floor.state === "speaking") {
    playTone("granted");
    useTalk.setState({ heard: null, level: 0 });
    burst = new OutgoingBurst(
      floor.grant,
      (packet) => line?.voice(packet),
      () => move({ type: "revoked", burstId: floor.grant.burstId, reason: "encoder_failed" }),
    );
  }
  if (floor.state === "denied" || floor.state === "revoked" || floor.state === "unanswered") playTone("denied");
}

/** Whether the hub may still give the floor to a press. */
function isWaiting(floor: Floor): floor is Extract<Floor, { requestId: string }> {
  return floor.state === "requesting" || floor.state === "queued";
}

/** Say that the burst is let go: after its last words, or at once where it was cut off, which the hub has to hear. */
function stopSpeaking(burstId: number, toTheEnd: boolean): void {
  const finished = burst;
  burst = undefined;
  useTalk.setState({ level: 0 });
  const letGo = (): void => line?.say({ type: "release", burst_id: burstId });
  if (toTheEnd) {
    void finished?.finish().then(letGo, letGo);
  } else {
    finished?.abort();
    letGo();
  }
}

function speak(samples: Float32Array<ArrayBuffer>): void {
  if (burst === undefined) return;
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  const loudness = Math.sqrt(sum / samples.length);
  burst.speak(samples);
  // Decibels from -60 (nothing) to -6 (loud) fill the meter.
  const level = Math.min(1, Math.max(0, (20 * Math.log10(loudness + 1e-6) + 60) / 54));
  useTalk.setState({ level });
}
