// Who is signed in, and what they do about it: their sessions, the language, signing out.
import { Button, Popover } from "antd";
import { useState } from "react";

import { errorText, speakLanguage, useLanguage, useTexts } from "../language/language";
import { MySessions } from "./MySessions";
import { signOut, useSession } from "./store";

export function MeMenu() {
  const texts = useTexts();
  const language = useLanguage((store) => store.language);
  const person = useSession((session) => session.person);
  const [shown, setShown] = useState(false);
  const [sessionsShown, setSessionsShown] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  if (person === null) return null;

  async function leave(): Promise<void> {
    setFailure(null);
    try {
      await signOut();
    } catch (error) {
      setFailure(error);
    }
  }

  return (
    <>
      <Popover
        trigger="click"
        placement="bottomRight"
        open={shown}
        onOpenChange={setShown}
        content={
          <div className="me-menu">
            <p className="who">
              <b>{person.name}</b>
              {texts.role[person.role]} · {person.person_id}
            </p>
            <Button
              data-testid="my-sessions-open"
              onClick={() => {
                setShown(false);
                setSessionsShown(true);
              }}
            >
              {texts.session.mine}
            </Button>
            <Button data-testid="language-switch" onClick={() => speakLanguage(language === "en" ? "zh-CN" : "en")}>
              {texts.session.language}
            </Button>
            {failure !== null && <div className="failure">{errorText(language, failure)}</div>}
            <Button data-testid="sign-out" type="primary" danger onClick={() => void leave()}>
              {texts.session.signOut}
            </Button>
          </div>
        }
      >
        <button type="button" className="me" data-testid="me" data-person={person.person_id} data-role={person.role}>
          {person.name}
          <span>{texts.role[person.role]}</span>
        </button>
      </Popover>
      {sessionsShown && <MySessions person={person} onClose={() => setSessionsShown(false)} />}
    </>
  );
}
