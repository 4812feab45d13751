// Calls one radio: a click selects its private group, held on it speaks there.
import { useTexts } from "../language/language";
import { privateGroupOf } from "./groupIds";
import { holdKey } from "./holding";
import { useTalk } from "./store";
import "./talk.css";

interface Props {
  radioId: string;
  words: string;
  testid: string;
  /** The key of the keyboard that does the same. */
  letter?: string | null;
}

export function CallKey({ radioId, words, testid, letter = null }: Props) {
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
      {letter !== null && <kbd>{letter}</kbd>}
    </button>
  );
}
