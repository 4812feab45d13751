// What the phone page shows: signing in, a word to who has no talk, or talk.
import { useEffect } from "react";

import * as page from "../../../console/src/browser/page";
import { useTexts } from "../../../console/src/language/language";
import { GUARD_PAGE } from "../../../console/src/session/home";
import { openSession, useMay, useSession } from "../../../console/src/session/store";
import { SignInForm } from "../entry/SignInForm";
import { useGuardTexts } from "../language/guardTexts";
import { TalkScreen } from "./TalkScreen";

const PHONE = { ...page, startAfresh: () => page.startAt(GUARD_PAGE), opensAlone: true };

export function GuardPage() {
  const texts = useTexts();
  const own = useGuardTexts();
  const phase = useSession((session) => session.phase);
  const isKnown = useSession((session) => session.person !== null);
  const talks = useMay("answer_call");
  useEffect(() => openSession(PHONE), []);
  if (phase === "out") return <SignInForm />;
  if (!isKnown) return <p className="waiting">{texts.signIn.asking}</p>;
  if (!talks) {
    return (
      <p className="waiting" data-testid="no-talk">
        {own.noTalk} <a href="/">{own.console}</a>
      </p>
    );
  }
  return <TalkScreen />;
}
