// Why the floor is as it is, in one sentence that counts down or up with it.
import { inLanguage, useLanguage, useTexts } from "../../../console/src/language/language";
import { useSecondsUntil } from "../../../console/src/talk/countdown";
import { isOwn } from "../../../console/src/talk/speaking";
import { useTalk } from "../../../console/src/talk/store";
import { useGuardTexts } from "../language/guardTexts";
import type { KeyState } from "./keyState";
import { useLostFor } from "./useLostFor";

export function useWhy(state: KeyState): string {
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
  if (state === "unchosen") return own.pickGroupHint;
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
