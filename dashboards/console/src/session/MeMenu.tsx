// Who is signed in, and what they do about it: their password, PIN and sessions, the language, signing out.
import { Button, Popover } from "antd";
import { useState } from "react";

import { errorText, speakLanguage, useLanguage, useTexts } from "../language/language";
import { MySessions } from "./MySessions";
import { PasswordForm } from "./PasswordForm";
import { PinForm } from "./PinForm";
import { signOut, useMay, useSession } from "./store";

export function MeMenu() {
  const texts = useTexts();
  const language = useLanguage((store) => store.language);
  const person = useSession((session) => session.person);
  const [shown, setShown] = useState(false);
  const [opened, setOpened] = useState<"sessions" | "password" | "pin" | null>(null);
  const holdsRadios = useMay("answer_call");
  const [failure, setFailure] = useState<unknown>(null);
  if (person === null) return null;

  const close = (): void => setOpened(null);

  function open(what: "sessions" | "password" | "pin"): void {
    setShown(false);
    setOpened(what);
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
            <p className="who">
              <b>{person.name}</b>
              {texts.role[person.role]} · {person.person_id}
            </p>
            <Button data-testid="password-open" onClick={() => open("password")}>
              {texts.password.title}
            </Button>
            {holdsRadios && (
              <Button data-testid="pin-open" onClick={() => open("pin")}>
                {texts.pin.mine}
              </Button>
            )}
            <Button data-testid="my-sessions-open" onClick={() => open("sessions")}>
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
      {opened === "password" && <PasswordForm person={person} onClose={close} />}
      {opened === "pin" && <PinForm person={person} onClose={close} />}
      {opened === "sessions" && <MySessions person={person} onClose={close} />}
    </>
  );
}
