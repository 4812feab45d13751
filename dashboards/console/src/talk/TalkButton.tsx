// The big push-to-talk button: the same as the space bar, with the level of the voice and the seconds left.
import { useTexts } from "../language/language";
import { useMay } from "../session/store";
import { useSecondsUntil } from "./countdown";
import { NO_GROUP } from "./groupIds";
import { press, release, setBroadcast, useTalk } from "./store";

export function TalkButton() {
  const texts = useTexts();
  const floor = useTalk((talk) => talk.floor);
  const broadcast = useTalk((talk) => talk.broadcast);
  const lost = useTalk((talk) => talk.line !== "open");
  const unchosen = useTalk((talk) => talk.groupId === NO_GROUP);
  const level = useTalk((talk) => talk.level);
  const left = useSecondsUntil(floor.state === "speaking" ? floor.sinceMs + floor.grant.talkLimitS * 1000 : null);
  const warned = floor.state === "speaking" && floor.warned;
  const label =
    floor.state === "speaking" || floor.state === "requesting"
      ? texts.talk.state[floor.state]
      : floor.state === "queued"
        ? texts.talk.queued(floor.place.position, floor.place.of)
        : unchosen
          ? texts.talk.state.unchosen
          : texts.talk.hold;
  return (
    <button
      type="button"
      className={`talk-button ${warned ? "warned" : floor.state} ${broadcast ? "broadcast" : ""}`}
      data-testid="talk-button"
      tabIndex={-1}
      // Not in the middle of a talk: a button that is disabled does not hear that the pointer lets go.
      disabled={lost || (unchosen && floor.state === "idle")}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        press();
      }}
      onPointerUp={release}
      onPointerCancel={release}
      onContextMenu={(event) => event.preventDefault()}
    >
      <span className="meter" style={{ width: `${Math.round(level * 100)}%` }} data-testid="talk-level" />
      <b>{label}</b>
      <i className={warned ? "short" : ""} data-testid="talk-left">
        {left !== null ? texts.talk.left(left) : broadcast ? texts.talk.broadcastHint : texts.talk.holdHint}
      </i>
    </button>
  );
}

/** Beside the button, for who may call: nobody answers the next calls until it is switched off again. */
export function BroadcastSwitch() {
  const texts = useTexts();
  const may = useMay("call");
  const broadcast = useTalk((talk) => talk.broadcast);
  if (!may) return null;
  return (
    <button
      type="button"
      className="broadcast-switch"
      data-testid="talk-broadcast"
      tabIndex={-1}
      aria-pressed={broadcast}
      title={texts.talk.broadcastHint}
      onClick={() => setBroadcast(!broadcast)}
    >
      {texts.talk.broadcast}
    </button>
  );
}
