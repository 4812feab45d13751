// What this console says: press, microphone, encoder and line meet here.
import { audio, playTone } from "./audio";
import { nextFloor, type CallKind, type Floor, type FloorEvent } from "./floor";
import type { Frame } from "./frames";
import { NO_GROUP } from "./groupIds";
import { LeftAlone } from "./leftAlone";
import type { TalkLine, TalkWord } from "./line";
import { loudness } from "./loudness";
import { Microphone } from "./microphone";
import { OutgoingBurst } from "./speaker";
import { useTalk } from "./state";

type OwnWord = Extract<TalkWord, { type: "granted" | "denied" | "queued" | "warned" | "revoked" }>;

const leftAlone = new LeftAlone((event) => move(event));
const microphone = new Microphone(
  (frame) => speak(frame),
  (state) => useTalk.setState({ microphone: state }),
);
/** The coder's last words take some ms; one that is stuck must not keep the next press. */
const FINISHED_WITHIN_MS = 500;

let line: TalkLine | undefined;
let burst: OutgoingBurst | undefined;
/** While the last words of a burst that was let go are in the coder: the hub holds it open until then. */
let finishing: Promise<void> | undefined;
let ownBurstId: number | undefined;
/** True while key or button is down. */
let held = false;

/** Speak on this line from now on. */
export function speakOn(opened: TalkLine): void {
  line = opened;
}

/** The line is gone, and with it what was being said. */
export function lineGone(): void {
  move({ type: "lost" });
}

/** True for the latest burst of this console. */
export function isOwn(burstId: number): boolean {
  return burstId === ownBurstId;
}

/** Ask for the microphone and let sound out; call it from a click or a key. */
export async function enableMicrophone(): Promise<boolean> {
  await audio().resume();
  return microphone.open();
}

/** The key or button went down: ask for the floor. */
export function press(): void {
  const { groupId } = useTalk.getState();
  if (groupId === NO_GROUP) {
    playTone("denied");
    return;
  }
  held = true;
  const isReady = microphone.state === "ready";
  if (isReady && finishing === undefined) {
    request(groupId);
    return;
  }
  // Asked for while the last burst is still open, the hub would grant that one again, and then hear that it was let go.
  // Where the browser has to ask the person first, the key is up again before the microphone is there.
  void Promise.all([isReady || enableMicrophone(), finishing]).then(([ready]) => {
    if (ready && held) request(groupId);
  });
}

/** Ask for the floor of the group that was chosen when the key went down, unless another one is by now. */
function request(pressedFor: string): void {
  const { broadcast, floor, groupId, line: state } = useTalk.getState();
  if (groupId !== pressedFor) return;
  if (floor.state === "speaking" || floor.state === "queued" || state !== "open") return;
  if (floor.state === "requesting" && !floor.released) return;
  const requestId = crypto.randomUUID();
  move({ type: "press", groupId, requestId });
  const call: CallKind = broadcast ? "broadcast" : "group";
  line?.say({ type: "request", group_id: groupId, request_id: requestId, call });
}

/** Key or button went up. */
export function release(): void {
  held = false;
  move({ type: "release" });
}

/** What the hub answers to this console's own presses. */
export function answered(word: OwnWord): void {
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
  }
}

/** A burst is over at the hub: if this console still speaks in it, its words go nowhere, and it must say so. */
export function over(burstId: number): void {
  move({ type: "revoked", burstId, reason: "over" });
}

function granted({ grant }: Extract<OwnWord, { type: "granted" }>): void {
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
    useTalk.setState({ level: 0 });
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
  if (!toTheEnd || finished === undefined) {
    finished?.abort();
    letGo();
    return;
  }
  const late = new Promise((resolve) => setTimeout(resolve, FINISHED_WITHIN_MS));
  finishing = Promise.race([finished.finish(), late])
    .catch(() => undefined)
    .then(() => {
      finished.abort();
      finishing = undefined;
      letGo();
    });
}

function speak(frame: Frame): void {
  if (burst === undefined) return;
  burst.speak(frame);
  useTalk.setState({ level: loudness(frame.samples) });
}
