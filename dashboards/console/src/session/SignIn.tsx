// Signing in: account, password, and the second factor once the hub asks for it.
import { Button, Input, type InputRef } from "antd";
import { useEffect, useRef, useState, type FormEvent, type KeyboardEvent } from "react";

import { errorText, useLanguage, useTexts } from "../language/language";
import { HubError } from "../room/ask";
import { CodeInput } from "./CodeInput";
import { lastAccount, signIn, useSession } from "./store";

const ASKS_FOR_CODE = ["second_factor_needed", "wrong_second_factor"];

export function SignIn() {
  const texts = useTexts();
  const language = useLanguage((store) => store.language);
  const before = useSession((session) => session.person);
  const [account, setAccount] = useState(before?.person_id ?? lastAccount);
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const [asksForCode, setAsksForCode] = useState(false);
  const [trying, setTrying] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const [capsLock, setCapsLock] = useState(false);
  const wait = useWait(failure);
  const passwordInput = useRef<InputRef>(null);
  const [startsAtPassword] = useState(account !== "");

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    if (trying || wait > 0 || account.trim() === "" || password === "") return;
    setTrying(true);
    setFailure(null);
    try {
      await signIn({ person_id: account.trim(), password, ...(asksForCode ? { code } : {}) });
    } catch (error) {
      const refusal = error instanceof HubError ? error.code : "";
      if (ASKS_FOR_CODE.includes(refusal)) {
        setAsksForCode(true);
        setCode("");
      }
      // That a code is needed is a question, not a fault.
      setFailure(refusal === "second_factor_needed" && !asksForCode ? null : error);
      if (refusal === "wrong_password") passwordInput.current?.focus({ cursor: "all" });
      setTrying(false);
    }
  }

  const seeCapsLock = (event: KeyboardEvent): void => setCapsLock(event.getModifierState("CapsLock"));
  return (
    <form className="sign-in" onSubmit={(event) => void submit(event)} data-testid="sign-in">
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
          onChange={(event) => {
            setAccount(event.target.value);
            setAsksForCode(false);
          }}
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
          onChange={(event) => setPassword(event.target.value)}
          onKeyDown={seeCapsLock}
          onKeyUp={seeCapsLock}
        />
        {capsLock && <i className="caps-lock">{texts.signIn.capsLock}</i>}
      </label>
      {asksForCode && (
        <label>
          <span className="field-name">{texts.signIn.code}</span>
          <CodeInput testid="sign-in-code" value={code} onChange={setCode} autoFocus placeholder={texts.signIn.codeHint} />
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
        loading={trying}
        disabled={wait > 0 || account.trim() === "" || password === "" || (asksForCode && code.length < 6)}
      >
        {wait > 0 ? texts.signIn.wait(wait) : texts.signIn.submit}
      </Button>
      <p className="forgotten">{texts.signIn.forgotten}</p>
    </form>
  );
}

/** Seconds until the hub takes another try after `failure`; 0 when it takes one now. */
function useWait(failure: unknown): number {
  const [left, setLeft] = useState(0);
  useEffect(() => {
    const waitS = failure instanceof HubError ? (failure.retryAfterS ?? 0) : 0;
    const untilMs = performance.now() + waitS * 1000;
    const tick = (): void => setLeft(Math.max(0, Math.ceil((untilMs - performance.now()) / 1000)));
    tick();
    if (waitS === 0) return;
    const timer = setInterval(tick, 500);
    return () => clearInterval(timer);
  }, [failure]);
  return left;
}
