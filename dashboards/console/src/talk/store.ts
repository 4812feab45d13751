// The talk line opened, and what a screen does with it.
import { socketAddress } from "../room/store";
import { lineRefused } from "../session/store";
import { unlockSound } from "./audio";
import { play, told } from "./hearing";
import { TalkLine, type TalkWord } from "./line";
import { answered, lineGone, over, speakOn } from "./speaking";
import { useTalk } from "./state";

export { PRIVATE } from "./groupIds";
export { enableMicrophone, press, release } from "./speaking";
export { useTalk } from "./state";

let line: TalkLine | undefined;
let groupIds: readonly string[] = [];

/** Connect talk; the returned function ends it. */
export function openTalk(): () => void {
  unlockSound(() => useTalk.setState({ soundReady: true }));
  const opened = new TalkLine({
    address: socketAddress("/ws/talk"),
    onOpen: () => {
      useTalk.setState({ line: "open" });
      opened.say({ type: "listen", group_ids: groupIds });
    },
    onLost: () => {
      useTalk.setState({ line: "lost", talkers: new Map(), rings: new Map() });
      lineGone();
    },
    onWord: hear,
    onRefused: lineRefused,
    onVoice: play,
  });
  line = opened;
  speakOn(opened);
  return () => {
    opened.close();
    useTalk.setState({ line: "connecting", talkers: new Map(), rings: new Map() });
    lineGone();
  };
}

/** Hear these talk groups from now on. */
export function listenTo(ids: readonly string[]): void {
  groupIds = ids;
  line?.say({ type: "listen", group_ids: ids });
}

/** Speak to this talk group from now on; how far an earlier call in it came is no longer shown. */
export function chooseGroup(groupId: string): void {
  useTalk.setState((talk) => {
    if (talk.groupId === groupId) return {};
    const heard = new Map(talk.heard);
    if (heard.get(groupId)?.ended) heard.delete(groupId);
    return { groupId, heard };
  });
}

export function setBroadcast(broadcast: boolean): void {
  useTalk.setState({ broadcast });
}

function hear(word: TalkWord): void {
  switch (word.type) {
    case "taken":
    case "heard":
      told(word);
      return;
    case "idle":
      told(word);
      over(word.burstId);
      return;
    default:
      answered(word);
  }
}
