// In words: what the floor is, why, who speaks where, who calls, and how many heard one's own words.
import { useTexts } from "../../../console/src/language/language";
import { useGroupWords } from "../../../console/src/talk/names";
import { unanswered } from "../../../console/src/talk/rings";
import { useTalk } from "../../../console/src/talk/store";
import { selectGroup } from "../groups/selected";
import { useGuardTexts } from "../language/guardTexts";
import type { KeyState } from "./keyState";
import { useWhy } from "./useWhy";

export function TalkWords({ state }: { state: KeyState }) {
  const texts = useTexts();
  const own = useGuardTexts();
  const why = useWhy(state);
  return (
    <div className={`words ${state}`} data-testid="talk-state" data-state={state} aria-live="polite">
      <b>{state === "connecting" ? own.connecting : state === "unchosen" ? own.pickGroup : texts.talk.state[state]}</b>
      <span data-testid="talk-why">{why}</span>
      <Elsewhere />
    </div>
  );
}

/** Who speaks in other groups, and which radios wait for an answer: one tap goes there. */
function Elsewhere() {
  const texts = useTexts();
  const name = useGroupWords();
  const groupId = useTalk((talk) => talk.groupId);
  const talkers = useTalk((talk) => talk.talkers);
  const rings = useTalk((talk) => talk.rings);
  const waiting = unanswered(rings).filter((ring) => !talkers.has(ring.groupId));
  const rows = [
    ...[...talkers].map(([id, talker]) => ({
      id,
      kind: talker.call,
      words: texts.talk.speaksIn[talker.call](talker.talkerName, name(id)),
    })),
    ...waiting.map(({ groupId: id }) => ({ id, kind: "ring", words: `${texts.talk.ring.label} · ${name(id)}` })),
  ];
  return rows
    .filter((row) => row.id !== groupId)
    .map((row) => (
      <button
        key={row.id}
        type="button"
        className={`speaks ${row.kind}`}
        data-testid={`speaks-${row.id}`}
        onClick={() => selectGroup(row.id)}
      >
        {row.words}
      </button>
    ));
}
