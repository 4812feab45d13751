// Who asks a camera: user and password. The password stands in its field alone, from which it is read when it is sent.
import { Input, type InputRef } from "antd";
import { useImperativeHandle, useRef, type Ref } from "react";

import { useTexts } from "../language/language";
import type { Login } from "./enrolling";

export interface LoginRef {
  /** As it stands in the fields; null: no user is said. */
  read: () => Login | null;
  clear: () => void;
}

/** `onChange` is told that what was read is another now. */
export function LoginFields({ ref, onChange }: { ref: Ref<LoginRef>; onChange?: () => void }) {
  const words = useTexts().cameras;
  const user = useRef<InputRef>(null);
  const password = useRef<InputRef>(null);
  useImperativeHandle(ref, () => ({
    read: () => {
      const name = user.current?.input?.value.trim() ?? "";
      return name === "" ? null : { user: name, password: password.current?.input?.value ?? "" };
    },
    clear: () => {
      if (password.current?.input) password.current.input.value = "";
    },
  }));
  return (
    <div className="enrol-whose">
      <label>
        <span className="label">{words.user}</span>
        <Input ref={user} data-testid="enrol-user" autoComplete="off" spellCheck={false} maxLength={64} defaultValue="admin" onChange={onChange} />
      </label>
      <label>
        <span className="label">{words.password}</span>
        <Input ref={password} data-testid="enrol-password" type="password" autoComplete="new-password" maxLength={128} onChange={onChange} />
      </label>
    </div>
  );
}
