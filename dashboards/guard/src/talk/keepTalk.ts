// Keeps the talk line true on a phone's network, which goes without a word: a socket may look open for minutes after.
import { useStore } from "../../../console/src/room/store";
import { openTalk, useTalk } from "../../../console/src/talk/store";

/**
 * Connect talk; the returned function ends it. The line of events is never silent for long, so it finds out first: when
 * it is cut talk's is made anew, and again when it is back before talk's is. One that the hub closed by its word says
 * nothing of talk's, in which somebody may be speaking.
 */
export function keepTalk(): () => void {
  let close = openTalk();
  const stop = useStore.subscribe((now, before) => {
    const isLost = now.isCut && !before.isCut;
    const isBack = now.line === "open" && before.isCut;
    if (!isLost && !(isBack && useTalk.getState().line !== "open")) return;
    close();
    close = openTalk();
  });
  return () => {
    stop();
    close();
  };
}
