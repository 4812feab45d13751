// An invited person sets the password and ties the authenticator, and is signed in.
import { Button, Input } from "antd";
import { useEffect, useState, type FormEvent } from "react";

import { startAt, tellOtherWindows } from "../browser/page";
import { remember } from "../browser/memory";
import { errorText, useLanguage, useTexts } from "../language/language";
import { QrCode } from "../qr/QrCode";
import { CodeInput } from "../session/CodeInput";
import { homeOf } from "../session/home";
import { ACCOUNT_KEPT_AS } from "../session/store";
import { secretOf } from "./fragment";
import { joinHub, type InvitationView } from "./hub";

export function PersonInvitation({ code }: { code: string }) {
  const texts = useTexts();
  const language = useLanguage((store) => store.language);
  const [invitation, setInvitation] = useState<InvitationView | null>(null);
  const [failure, setFailure] = useState<unknown>(null);

  useEffect(() => {
    joinHub.look(code).then(setInvitation, setFailure);
  }, [code]);

  if (invitation !== null) return <AcceptForm code={code} invitation={invitation} />;
  return (
    <div className="join">
      <h2>{texts.join.title}</h2>
      {failure === null ? (
        <p>{texts.join.reading}</p>
      ) : (
        <>
          <div className="failure" role="alert" data-testid="join-failure">
            {errorText(language, failure)}
          </div>
          <a href="/">{texts.join.toSignIn}</a>
        </>
      )}
    </div>
  );
}

function AcceptForm({ code, invitation }: { code: string; invitation: InvitationView }) {
  const texts = useTexts();
  const language = useLanguage((store) => store.language);
  const [password, setPassword] = useState("");
  const [again, setAgain] = useState("");
  const [digits, setDigits] = useState("");
  const [trying, setTrying] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const differs = again !== "" && again !== password;
  const isComplete =
    password !== "" && again === password && (digits.length === 6 || (digits === "" && !invitation.second_factor_required));

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    if (!isComplete || trying) return;
    setTrying(true);
    setFailure(null);
    try {
      await joinHub.accept({ code, password, ...(digits === "" ? {} : { code_of_second_factor: digits }) });
      remember(ACCOUNT_KEPT_AS, invitation.person_id);
      tellOtherWindows();
      startAt(homeOf(invitation.role));
    } catch (error) {
      setFailure(error);
      setTrying(false);
    }
  }

  return (
    <form className="join wide" data-testid="join-person" onSubmit={(event) => void submit(event)}>
      <header>
        <h2>{texts.join.welcome(invitation.name)}</h2>
        <p>{texts.join.invited(texts.role[invitation.role], invitation.person_id)}</p>
      </header>
      <div className="join-steps">
        <section>
          <h3>
            <i>1</i> {texts.join.passwordStep}
          </h3>
          <input type="hidden" autoComplete="username" value={invitation.person_id} readOnly />
          <label>
            <span className="field-name">{texts.join.password}</span>
            <Input.Password
              data-testid="join-password"
              size="large"
              autoComplete="new-password"
              autoFocus
              value={password}
              onChange={(event) => setPassword(event.target.value)}
            />
          </label>
          <p className="hint">{texts.join.passwordHint(invitation.least_password_characters)}</p>
          <label>
            <span className="field-name">{texts.join.passwordAgain}</span>
            <Input.Password
              data-testid="join-password-again"
              size="large"
              autoComplete="new-password"
              status={differs ? "error" : ""}
              value={again}
              onChange={(event) => setAgain(event.target.value)}
            />
          </label>
          {differs && <p className="differs">{texts.join.different}</p>}
        </section>
        <section>
          <h3>
            <i>2</i> {texts.join.secondStep}
          </h3>
          <p>
            {texts.join.scan} {!invitation.second_factor_required && texts.join.optional}
          </p>
          <QrCode text={invitation.totp_uri} label={texts.join.secondStep} />
          <p className="by-hand">
            <a className="on-this-phone" href={invitation.totp_uri}>
              {texts.join.onThisPhone}
            </a>
            {texts.join.byHand}
            <code data-testid="join-secret">{secretOf(invitation.totp_uri)}</code>
          </p>
          <label>
            <span className="field-name">{texts.join.code}</span>
            <CodeInput testid="join-code" value={digits} onChange={setDigits} />
          </label>
        </section>
      </div>
      {failure !== null && (
        <div className="failure" role="alert" data-testid="join-error">
          {errorText(language, failure)}
        </div>
      )}
      <Button data-testid="join-submit" className="submit" type="primary" htmlType="submit" block loading={trying} disabled={!isComplete}>
        {texts.join.submit}
      </Button>
    </form>
  );
}
