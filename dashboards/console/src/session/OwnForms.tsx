// What somebody does about their own account: the keys, and the form that one of them opened.
import { Button } from "antd";

import { useTexts } from "../language/language";
import { MySessions } from "./MySessions";
import { PasswordForm } from "./PasswordForm";
import { PinForm } from "./PinForm";
import { useMay } from "./store";
import type { Person } from "./types";

export type OwnForm = "password" | "pin" | "sessions";

export function OwnKeys({ onOpen }: { onOpen: (form: OwnForm) => void }) {
  const texts = useTexts();
  const holdsRadios = useMay("answer_call");
  return (
    <>
      <Button data-testid="password-open" onClick={() => onOpen("password")}>
        {texts.password.title}
      </Button>
      {holdsRadios && (
        <Button data-testid="pin-open" onClick={() => onOpen("pin")}>
          {texts.pin.mine}
        </Button>
      )}
      <Button data-testid="my-sessions-open" onClick={() => onOpen("sessions")}>
        {texts.session.mine}
      </Button>
    </>
  );
}

export function OpenedForm({ form, person, onClose }: { form: OwnForm | null; person: Person; onClose: () => void }) {
  if (form === "password") return <PasswordForm person={person} onClose={onClose} />;
  if (form === "pin") return <PinForm person={person} onClose={onClose} />;
  return form === "sessions" ? <MySessions person={person} onClose={onClose} /> : null;
}

/** Whose account it is. */
export function Who({ person }: { person: Person }) {
  const texts = useTexts();
  return (
    <p className="who">
      <b>{person.name}</b>
      {texts.role[person.role]} · {person.person_id}
    </p>
  );
}
