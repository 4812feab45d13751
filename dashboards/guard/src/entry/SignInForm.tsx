// Signing in at a phone: account, password, and the second factor once the hub asks for it.
import { useRef } from "react";

import { errorText, speakLanguage, useLanguage, useTexts } from "../../../console/src/language/language";
import { Mark } from "../../../console/src/session/Mark";
import { useSession } from "../../../console/src/session/store";
import { useSignIn } from "../../../console/src/session/useSignIn";
import { enableMicrophone } from "../../../console/src/talk/store";
import { useGuardTexts } from "../language/guardTexts";

export function SignInForm() {
  const texts = useTexts();
  const own = useGuardTexts();
  const language = useLanguage((store) => store.language);
  const before = useSession((session) => session.person);
  const passwordInput = useRef<HTMLInputElement>(null);
  const signing = useSignIn(() => passwordInput.current?.select());
  return (
    <form
      className="sign-in"
      data-testid="sign-in"
      onSubmit={(event) => {
        // The tap that signs in is also the one that lets sound out and asks for the microphone.
        void enableMicrophone();
        void signing.submit(event);
      }}
    >
      <button type="button" className="language" onClick={() => speakLanguage(language === "en" ? "zh-CN" : "en")}>
        {texts.otherLanguage}
      </button>
      <h1>
        <Mark />
        {own.title}
      </h1>
      {before !== null && <p className="again">{texts.signIn.again}</p>}
      <label>
        {texts.signIn.account}
        <input
          data-testid="sign-in-account"
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          placeholder={texts.signIn.accountHint}
          value={signing.account}
          onChange={(event) => signing.setAccount(event.target.value)}
        />
      </label>
      <label>
        {texts.signIn.password}
        <input
          ref={passwordInput}
          data-testid="sign-in-password"
          type="password"
          autoComplete="current-password"
          value={signing.password}
          onChange={(event) => signing.setPassword(event.target.value)}
        />
      </label>
      {signing.asksForCode && (
        <label>
          {texts.signIn.code}
          <input
            data-testid="sign-in-code"
            inputMode="numeric"
            autoComplete="one-time-code"
            autoFocus
            placeholder={texts.signIn.codeHint}
            value={signing.code}
            onChange={(event) => signing.setCode(event.target.value.normalize("NFKC").replace(/\D/g, "").slice(0, 6))}
          />
        </label>
      )}
      {signing.failure !== null && (
        <p className="failure" role="alert" data-testid="sign-in-error">
          {errorText(language, signing.failure)}
        </p>
      )}
      <button type="submit" className="submit" data-testid="sign-in-submit" disabled={!signing.isComplete || signing.trying}>
        {signing.wait > 0 ? texts.signIn.wait(signing.wait) : texts.signIn.submit}
      </button>
      <p className="forgotten">{texts.signIn.forgotten}</p>
    </form>
  );
}
