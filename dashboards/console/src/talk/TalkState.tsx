// What the floor is doing, in large words, and why.
import { inLanguage, useLanguage, useTexts } from "../language/language";
import { useSecondsUntil } from "./countdown";
import { NO_GROUP } from "./groupIds";
import { apart } from "./hubCalls";
import { useGroupWords } from "./names";
import { useTalk } from "./store";

export function TalkState() {
  const texts = useTexts();
  const language = useLanguage((store) => store.language);
  const words = useGroupWords();
  const floor = useTalk((talk) => talk.floor);
  const groupId = useTalk((talk) => talk.groupId);
  const line = useTalk((talk) => talk.line);
  const talkers = useTalk((talk) => talk.talkers);
  const closedUntilMs = useTalk((talk) => talk.closedUntilMs.get(groupId));
  const retryInS = floor.state === "denied" ? floor.refusal.retryInS : null;
  const left = useSecondsUntil(floor.state === "denied" && retryInS !== null ? floor.sinceMs + retryInS * 1000 : null);
  const closedS = useSecondsUntil(closedUntilMs ?? null) ?? 0;
  const here = talkers.get(groupId);
  const warned = floor.state === "speaking" && floor.warned;
  const idleState = groupId === NO_GROUP ? "unchosen" : here !== undefined ? "busy" : closedS > 0 ? "closed" : "idle";
  const state = line !== "open" ? "lost" : floor.state === "idle" ? idleState : warned ? "warned" : floor.state;

  function why(): string {
    switch (floor.state) {
      case "denied": {
        const refusal = inLanguage(language, floor.refusal.message, floor.refusal.messageEn);
        return [refusal, left === null ? "" : texts.talk.retryIn(left)].filter((one) => one !== "").join(" · ");
      }
      case "queued":
        return texts.talk.place(floor.place.position, floor.place.of);
      case "revoked":
        return texts.talk.revoked[floor.reason] ?? floor.reason;
      case "unanswered":
        return texts.talk.unanswered;
      case "speaking":
        return words(floor.grant.groupId);
      default:
        if (groupId === NO_GROUP) return texts.talk.chooseAgain;
        if (here !== undefined) return texts.talk.speaks[here.call](here.talkerName);
        if (closedS > 0) return texts.talk.closedFor(closedS);
        return elsewhere();
    }
  }

  function elsewhere(): string {
    const { people, calledByHub } = apart(talkers);
    const said = people.map(([id, talker]) => texts.talk.speaksIn[talker.call](talker.talkerName, words(id)));
    return [...said, ...(calledByHub > 0 ? [texts.talk.hubCalls(calledByHub)] : [])].join(texts.clause);
  }

  return (
    <div className={`talk-state ${state}`} data-testid="talk-state" data-state={state}>
      <b>{texts.talk.state[state]}</b>
      <span data-testid="talk-why">{why()}</span>
    </div>
  );
}
