// The big push-to-talk button: the same as the space bar, with the level of the voice and the seconds left.
import { useEffect, useState } from "react";

import { useTexts } from "../language/language";
import { press, release, useTalk } from "./store";

function useSecondsLeft(): number | null {
  const floor = useTalk((talk) => talk.floor);
  const [now, setNow] = useState(0);
  const speaking = floor.state === "speaking" ? floor : null;
  useEffect(() => {
    if (speaking === null) return;
    const timer = setInterval(() => setNow(performance.now()), 250);
    return () => clearInterval(timer);
  }, [speaking]);
  if (speaking === null) return null;
  const spentS = Math.max(0, now - speaking.sinceMs) / 1000;
  return Math.max(0, Math.ceil(speaking.grant.talkLimitS - spentS));
}

export function TalkButton() {
  const texts = useTexts();
  const state = useTalk((talk) => talk.floor.state);
  const lost = useTalk((talk) => talk.line !== "open");
  const level = useTalk((talk) => talk.level);
  const left = useSecondsLeft();
  return (
    <button
      type="button"
      className={`talk-button ${state}`}
      data-testid="talk-button"
      tabIndex={-1}
      disabled={lost}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        press();
      }}
      onPointerUp={release}
      onPointerCancel={release}
      onContextMenu={(event) => event.preventDefault()}
    >
      <span className="meter" style={{ width: `${Math.round(level * 100)}%` }} data-testid="talk-level" />
      <b>{state === "speaking" ? texts.talk.state.speaking : texts.talk.hold}</b>
      <i>{left === null ? texts.talk.holdHint : texts.talk.left(left)}</i>
    </button>
  );
}
