// In words: what the floor is, why, who speaks where, who calls, and how many heard one's own words.
import { inLanguage, useLanguage, useTexts } from "../../../console/src/language/language";
import { useSecondsUntil } from "../../../console/src/talk/countdown";
import { useGroupWords } from "../../../console/src/talk/names";
import { unanswered } from "../../../console/src/talk/rings";
import { isOwn } from "../../../console/src/talk/speaking";
import { useTalk } from "../../../console/src/talk/store";
import { selectGroup } from "../groups/selected";
import { useGuardTexts } from "../language/guardTexts";
import type { KeyState } from "./keyState";
import { useLostFor } from "./useLostFor";

export function TalkWords({ state }: { state: KeyState }) {
  const texts = useTexts();
  const own = useGuardTexts();
  const why = useWhy(state);
  return (
    <div className={`words ${state}`} data-testid="talk-state" data-state={state} aria-live="polite">
      <b>{state === "connecting" ? own.connecting : texts.talk.state[state]}</b>
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

function useWhy(state: KeyState): string {
  const texts = useTexts();
  const own = useGuardTexts();
  const language = useLanguage((store) => store.language);
  const floor = useTalk((talk) => talk.floor);
  const here = useTalk((talk) => talk.talkers.get(talk.groupId));
  const heard = useTalk((talk) => talk.heard.get(talk.groupId));
  const lostFor = useLostFor(state === "lost");
  const retryInS = floor.state === "denied" ? floor.refusal.retryInS : null;
  const left = useSecondsUntil(floor.state === "denied" && retryInS !== null ? floor.sinceMs + retryInS * 1000 : null);
  if (state === "lost") return own.lostFor(lostFor);
  switch (floor.state) {
    case "denied": {
      const refused = inLanguage(language, floor.refusal.message, floor.refusal.messageEn);
      return left === null ? refused : `${refused} · ${texts.talk.retryIn(left)}`;
    }
    case "queued":
      return texts.talk.place(floor.place.position, floor.place.of);
    case "revoked":
      return texts.talk.revoked[floor.reason] ?? floor.reason;
    case "unanswered":
      return texts.talk.unanswered;
    case "speaking":
      return heard?.burstId === floor.grant.burstId ? texts.talk.hearing(heard.radiosHearing, heard.radiosOnline) : "";
    case "requesting":
      return "";
    case "idle":
      if (here !== undefined) return texts.talk.speaks[here.call](here.talkerName);
      return heard === undefined || !isOwn(heard.burstId) ? "" : texts.talk.heard(heard.radiosHearing, heard.radiosOnline);
  }
}
