// Calls one radio: a click selects its private group, held on it speaks there.
import { useTexts } from "../language/language";
import { privateGroupOf } from "./groupIds";
import { holdKey } from "./holding";
import { useTalk } from "./store";
import "./talk.css";

export function CallKey({ radioId, words, testid }: { radioId: string; words: string; testid: string }) {
  const texts = useTexts();
  const groupId = privateGroupOf(radioId);
  const chosen = useTalk((talk) => talk.groupId === groupId);
  const speaks = useTalk((talk) => talk.floor.state === "speaking" && talk.floor.grant.groupId === groupId);
  return (
    <button
      type="button"
      className={`call-key${speaks ? " speaking" : ""}`}
      data-testid={testid}
      aria-pressed={chosen}
      title={texts.talk.callHint}
      {...holdKey(groupId)}
    >
      {words}
    </button>
  );
}
