// The huge key at the thumb: hold it to talk; it says what comes of that.
import { useTexts } from "../../../console/src/language/language";
import { useSecondsUntil } from "../../../console/src/talk/countdown";
import { useTalk } from "../../../console/src/talk/store";
import { useGuardTexts } from "../language/guardTexts";
import type { KeyState } from "./keyState";
import { useHeld } from "./useHeld";
import { useWhy } from "./useWhy";

export function TalkKey({ state }: { state: KeyState }) {
  const texts = useTexts();
  const own = useGuardTexts();
  const floor = useTalk((talk) => talk.floor);
  const level = useTalk((talk) => talk.level);
  const held = useHeld();
  // On a short phone alerts may cover the words above; the key says them in any case.
  const why = useWhy(state);
  const left = useSecondsUntil(floor.state === "speaking" ? floor.sinceMs + floor.grant.talkLimitS * 1000 : null);
  const rests = state === "idle" || state === "busy";
  return (
    <button
      type="button"
      className={`talk-key ${state}`}
      data-testid="talk-key"
      data-state={state}
      // A lost line does not disable the key: a disabled one would lose the pointer that holds it.
      aria-disabled={state === "lost" || state === "connecting" || state === "unchosen"}
      {...held}
    >
      <b>{rests ? texts.talk.hold : state === "connecting" ? "…" : state === "unchosen" ? own.pickGroup : texts.talk.state[state]}</b>
      <i data-testid="talk-left">{left !== null ? texts.talk.left(left) : state === "idle" ? "" : why}</i>
      <span className="meter">
        <span style={{ transform: `scaleX(${level})` }} data-testid="talk-level" />
      </span>
    </button>
  );
}
