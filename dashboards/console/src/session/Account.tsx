// One's own password, PIN and sessions as a page of its own, for who works at a phone; the phone page leads here.
import { Button } from "antd";
import { useState } from "react";

import { useTexts } from "../language/language";
import { GUARD_PAGE } from "./home";
import { OpenedForm, OwnKeys, Who, type OwnForm } from "./OwnForms";
import { useSession } from "./store";

export function Account() {
  const texts = useTexts();
  const person = useSession((session) => session.person);
  const [opened, setOpened] = useState<OwnForm | null>(null);
  if (person === null) return null;
  return (
    <div className="me-menu account">
      <Who person={person} />
      <OwnKeys onOpen={setOpened} />
      <Button type="primary" href={GUARD_PAGE} data-testid="back-to-talk">
        {texts.session.backToTalk}
      </Button>
      <OpenedForm form={opened} person={person} onClose={() => setOpened(null)} />
    </div>
  );
}
