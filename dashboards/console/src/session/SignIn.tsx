// Signing in: account, password, and the second factor once the hub asks for it.
import { Button, Input, type InputRef } from "antd";
import { useRef, useState, type KeyboardEvent } from "react";

import { errorText, useLanguage, useTexts } from "../language/language";
import { CodeInput } from "./CodeInput";
import { useSession } from "./store";
import { useSignIn } from "./useSignIn";

export function SignIn() {
  const texts = useTexts();
  const language = useLanguage((store) => store.language);
  const before = useSession((session) => session.person);
  const passwordInput = useRef<InputRef>(null);
  const signing = useSignIn(() => passwordInput.current?.focus({ cursor: "all" }));
  const { account, password, code, asksForCode, failure, wait } = signing;
  const [capsLock, setCapsLock] = useState(false);
  const [startsAtPassword] = useState(account !== "");

  const seeCapsLock = (event: KeyboardEvent): void => setCapsLock(event.getModifierState("CapsLock"));
  return (
    <form className="sign-in" onSubmit={(event) => void signing.submit(event)} data-testid="sign-in">
      {before !== null && (
        <div className="sign-in-again" role="status">
          <b>{texts.signIn.again}</b>
          <span>{texts.signIn.kept}</span>
        </div>
      )}
      <label>
        <span className="field-name">{texts.signIn.account}</span>
        <Input
          data-testid="sign-in-account"
          size="large"
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          autoFocus={!startsAtPassword}
          placeholder={texts.signIn.accountHint}
          value={account}
          onChange={(event) => signing.setAccount(event.target.value)}
        />
      </label>
      <label>
        <span className="field-name">{texts.signIn.password}</span>
        <Input.Password
          ref={passwordInput}
          data-testid="sign-in-password"
          size="large"
          autoComplete="current-password"
          autoFocus={startsAtPassword}
          value={password}
          onChange={(event) => signing.setPassword(event.target.value)}
          onKeyDown={seeCapsLock}
          onKeyUp={seeCapsLock}
        />
        {capsLock && <i className="caps-lock">{texts.signIn.capsLock}</i>}
      </label>
      {asksForCode && (
        <label>
          <span className="field-name">{texts.signIn.code}</span>
          <CodeInput testid="sign-in-code" value={code} onChange={signing.setCode} autoFocus placeholder={texts.signIn.codeHint} />
        </label>
      )}
      {failure !== null && (
        <div className="failure" role="alert" data-testid="sign-in-error">
          {errorText(language, failure)}
        </div>
      )}
      <Button
        data-testid="sign-in-submit"
        className="submit"
        type="primary"
        htmlType="submit"
        block
        loading={signing.trying}
        disabled={!signing.isComplete}
      >
        {wait > 0 ? texts.signIn.wait(wait) : texts.signIn.submit}
      </Button>
      <p className="forgotten">{texts.signIn.forgotten}</p>
    </form>
  );
}
