// What this console hears and is told of others: who speaks where, how far it comes, which guard calls.
import { useStore } from "../room/store";
import type { CallKind } from "./floor";
import type { TalkWord } from "./line";
import { Listener } from "./listener";
import { Mixer } from "./mixer";
import { useMonitoring } from "./monitor";
import { gainOf } from "./monitoring";
import { decodePacket, VoicePacketError } from "./packet";
import { HANG_TIME_MS, withIdle, withoutOver, withTaken } from "./rings";
import { isOwn } from "./speaking";
import { useTalk } from "./state";

type OthersWord = Extract<TalkWord, { type: "taken" | "heard" | "idle" }>;

interface KnownBurst {
  groupId: string;
  call: CallKind;
}

/** Bursts whose group is still known when a late packet or count of them comes; the oldest is forgotten. */
const KEPT_BURSTS = 128;
const known = new Map<number, KnownBurst>();
const listener = new Listener();
const mixer = new Mixer((groupId) => {
  const { groupId: chosenId, talkers } = useTalk.getState();
  return gainOf(useMonitoring.getState(), groupId, chosenId, talkers.has(chosenId));
});
/** The burst that is being heard from its beginning, and is therefore not heard live. */
let replayedId: number | undefined;

useMonitoring.subscribe(() => mixer.refresh());
useTalk.subscribe((talk, before) => {
  if (talk.talkers !== before.talkers || talk.groupId !== before.groupId) mixer.refresh();
});

/** What comes out of a talk group now, 0 to 1, behind its volume. */
export function levelOf(groupId: string): number {
  return mixer.levelOf(groupId);
}

/** Hear nothing of this burst as it comes, since it is heard from its beginning; null ends that. */
export function leaveOut(burstId: number | null): void {
  replayedId = burstId ?? undefined;
  if (burstId !== null) listener.end(burstId);
}

/** Voice came. */
export function play(bytes: ArrayBuffer): void {
  let packet;
  try {
    packet = decodePacket(bytes);
  } catch (error) {
    if (!(error instanceof VoicePacketError)) throw error;
    useTalk.setState((talk) => ({ malformed: talk.malformed + 1 }));
    return;
  }
  if (isOwn(packet.burstId) || packet.burstId === replayedId) return;
  const { groupId, call } = burstOf(packet.burstId);
  listener.play(packet, performance.now() * 1000, mixer.input(groupId, call === "emergency"));
}

/** Who speaks is told before the voice; of a burst that is no longer known here, the room's events may tell the group. */
function burstOf(burstId: number): KnownBurst {
  const told = useStore.getState().room?.bursts.find((one) => one.burst_id === burstId);
  return known.get(burstId) ?? { groupId: told?.group_id ?? "", call: "group" };
}

/** What the hub tells of bursts, this console's own too. */
export function told(word: OthersWord): void {
  switch (word.type) {
    case "taken":
      taken(word);
      return;
    case "heard":
      heard(word);
      return;
    case "idle":
      idle(word);
      return;
  }
}

function taken(word: Extract<OthersWord, { type: "taken" }>): void {
  const { groupId, talker } = word;
  known.set(talker.burstId, { groupId, call: talker.call });
  const oldest = known.keys().next();
  if (known.size > KEPT_BURSTS && !oldest.done) known.delete(oldest.value);
  useTalk.setState((talk) => {
    const closedUntilMs = new Map(talk.closedUntilMs);
    closedUntilMs.delete(groupId);
    const ring = { groupId, callId: word.callId, talkerId: talker.talkerId, rings: word.rings };
    return {
      talkers: isOwn(talker.burstId) ? talk.talkers : new Map(talk.talkers).set(groupId, talker),
      rings: withTaken(withoutOver(talk.rings, performance.now()), ring, performance.now()),
      closedUntilMs,
    };
  });
}

function heard(word: Extract<OthersWord, { type: "heard" }>): void {
  const { groupId } = burstOf(word.burstId);
  const { burstId, radiosHearing, radiosOnline, missed, ended } = word;
  // The sum of a burst comes a second after its end, when the next may have begun.
  const [latestId = burstId] = [...known].findLast(([, one]) => one.groupId === groupId) ?? [];
  if (latestId !== burstId) return;
  const heardBy = { groupId, burstId, radiosHearing, radiosOnline, missed, ended };
  useTalk.setState((talk) => {
    const others = [...talk.heard].filter(([id]) => id !== groupId).slice(1 - KEPT_BURSTS);
    return { heard: new Map([...others, [groupId, heardBy]]) };
  });
}

function idle({ groupId, burstId }: Extract<OthersWord, { type: "idle" }>): void {
  listener.end(burstId);
  const nowMs = performance.now();
  const wasBroadcast = known.get(burstId)?.call === "broadcast";
  useTalk.setState((talk) => {
    const talkers = new Map(talk.talkers);
    if (talkers.get(groupId)?.burstId === burstId) talkers.delete(groupId);
    const closedUntilMs = new Map([...talk.closedUntilMs].filter(([, untilMs]) => untilMs > nowMs));
    if (wasBroadcast) closedUntilMs.set(groupId, nowMs + HANG_TIME_MS);
    return { talkers, rings: withIdle(talk.rings, groupId, nowMs), closedUntilMs };
  });
}

/** Forget the calls that rang and are over; whoever shows them looks each second. */
export function forgetOver(): void {
  useTalk.setState((talk) => {
    const rings = withoutOver(talk.rings, performance.now());
    return rings === talk.rings ? {} : { rings };
  });
}
