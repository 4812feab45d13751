// One's own password, PIN and sessions as a page of its own, for who works at a phone; the phone page leads here.
import { Button } from "antd";
import { useState } from "react";

import { useTexts } from "../language/language";
import { GUARD_PAGE } from "./home";
import { MySessions } from "./MySessions";
import { PasswordForm } from "./PasswordForm";
import { PinForm } from "./PinForm";
import { useMay, useSession } from "./store";

export function Account() {
  const texts = useTexts();
  const person = useSession((session) => session.person);
  const holdsRadios = useMay("answer_call");
  const [opened, setOpened] = useState<"sessions" | "password" | "pin" | null>(null);
  if (person === null) return null;
  const close = (): void => setOpened(null);
  return (
    <div className="me-menu account">
      <p className="who">
        <b>{person.name}</b>
        {texts.role[person.role]} · {person.person_id}
      </p>
      <Button size="large" data-testid="password-open" onClick={() => setOpened("password")}>
        {texts.password.title}
      </Button>
      {holdsRadios && (
        <Button size="large" data-testid="pin-open" onClick={() => setOpened("pin")}>
          {texts.pin.mine}
        </Button>
      )}
      <Button size="large" data-testid="my-sessions-open" onClick={() => setOpened("sessions")}>
        {texts.session.mine}
      </Button>
      <Button size="large" type="primary" href={GUARD_PAGE} data-testid="back-to-talk">
        {texts.session.backToTalk}
      </Button>
      {opened === "password" && <PasswordForm person={person} onClose={close} />}
      {opened === "pin" && <PinForm person={person} onClose={close} />}
      {opened === "sessions" && <MySessions person={person} onClose={close} />}
    </div>
  );
}
