// What somebody types to sign in, whether the hub asks for the second factor, and what it said: the same on every page.
import { useEffect, useState, type FormEvent } from "react";

import { HubError } from "../room/ask";
import { lastAccount, signIn, useSession } from "./store";

const ASKS_FOR_CODE = ["second_factor_needed", "wrong_second_factor"];
const CODE_DIGITS = 6;

export interface SigningIn {
  account: string;
  password: string;
  code: string;
  asksForCode: boolean;
  trying: boolean;
  failure: unknown;
  /** Seconds until the hub takes another try; 0 when it takes one now. */
  wait: number;
  isComplete: boolean;
  setAccount: (account: string) => void;
  setPassword: (password: string) => void;
  setCode: (code: string) => void;
  submit: (event: FormEvent) => Promise<void>;
}

/** `onWrongPassword` is called when the hub says so: the field wants the focus. */
export function useSignIn(onWrongPassword: () => void): SigningIn {
  const before = useSession((session) => session.person);
  const [account, setAccount] = useState(before?.person_id ?? lastAccount);
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const [asksForCode, setAsksForCode] = useState(false);
  const [trying, setTrying] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const wait = useWait(failure);
  const isComplete = wait === 0 && account.trim() !== "" && password !== "" && (!asksForCode || code.length === CODE_DIGITS);

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    if (trying || !isComplete) return;
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
      if (refusal === "wrong_password") onWrongPassword();
      setTrying(false);
    }
  }

  return {
    account,
    password,
    code,
    asksForCode,
    trying,
    failure,
    wait,
    isComplete,
    setAccount: (typed) => {
      setAccount(typed);
      setAsksForCode(false);
    },
    setPassword,
    setCode,
    submit,
  };
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
