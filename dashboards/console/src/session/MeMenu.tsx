// Who is signed in, and what they do about it: their password, PIN and sessions, the language, signing out.
import { Button, Popover } from "antd";
import { useState } from "react";

import { errorText, speakLanguage, useLanguage, useTexts } from "../language/language";
import { OpenedForm, OwnKeys, Who, type OwnForm } from "./OwnForms";
import { signOut, useSession } from "./store";

export function MeMenu() {
  const texts = useTexts();
  const language = useLanguage((store) => store.language);
  const person = useSession((session) => session.person);
  const [shown, setShown] = useState(false);
  const [opened, setOpened] = useState<OwnForm | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  if (person === null) return null;

  function open(form: OwnForm): void {
    setShown(false);
    setOpened(form);
  }

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
            <Who person={person} />
            <OwnKeys onOpen={open} />
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
      <OpenedForm form={opened} person={person} onClose={() => setOpened(null)} />
    </>
  );
}
