// Sets one's own password anew; the present one, and the second factor where there is one, prove that it is oneself.
import { Input } from "antd";
import { useState } from "react";

import { useAnswer } from "../browser/useAnswer";
import { FormModal } from "../forms/FormModal";
import { useTexts } from "../language/language";
import { CodeInput } from "./CodeInput";
import { sessionHub } from "./hub";
import type { Person } from "./types";

const CODE_DIGITS = 6;

export function PasswordForm({ person, onClose }: { person: Person; onClose: () => void }) {
  const texts = useTexts();
  const session = useAnswer(sessionHub.current);
  const [present, setPresent] = useState("");
  const [password, setPassword] = useState("");
  const [again, setAgain] = useState("");
  const [code, setCode] = useState("");
  const asksCode = session.value?.second_factor === true;
  const differs = again !== "" && again !== password;
  const isComplete = present !== "" && password !== "" && again === password && (!asksCode || code.length === CODE_DIGITS);
  return (
    <FormModal
      title={texts.password.title}
      testid="password"
      width={440}
      isComplete={isComplete}
      onSave={() => sessionHub.changePassword({ password: present, new_password: password, ...(asksCode ? { code } : {}) })}
      onClose={onClose}
      done={texts.password.done}
    >
      <input type="hidden" autoComplete="username" value={person.person_id} readOnly />
      <label>
        <span className="label">{texts.password.present}</span>
        <Input.Password
          data-testid="password-present"
          size="large"
          autoComplete="current-password"
          autoFocus
          value={present}
          onChange={(event) => setPresent(event.target.value)}
        />
      </label>
      <label>
        <span className="label">{texts.password.next}</span>
        <Input.Password
          data-testid="password-new"
          size="large"
          autoComplete="new-password"
          value={password}
          onChange={(event) => setPassword(event.target.value)}
        />
      </label>
      <label>
        <span className="label">{texts.join.passwordAgain}</span>
        <Input.Password
          data-testid="password-again"
          size="large"
          autoComplete="new-password"
          status={differs ? "error" : ""}
          value={again}
          onChange={(event) => setAgain(event.target.value)}
        />
      </label>
      {differs && <p className="differs">{texts.join.different}</p>}
      {asksCode && (
        <label>
          <span className="label">{texts.signIn.code}</span>
          <CodeInput testid="password-code" value={code} onChange={setCode} placeholder={texts.signIn.codeHint} />
        </label>
      )}
      <p className="hint">{texts.password.hint}</p>
    </FormModal>
  );
}
