// The blanks of the template in hand, each a small field; Enter goes to the next, and from the last to the send key.
import { Input, type InputRef } from "antd";
import { useEffect, useRef, type KeyboardEvent, type RefObject } from "react";

import { useTexts } from "../language/language";
import { blanksOf, UNKNOWN } from "./blanks";
import { useAlertDesk } from "./store";

const LONGEST = 60;

export function BlankFields({ toSend }: { toSend: RefObject<HTMLElement | null> }) {
  const texts = useTexts();
  const text = useAlertDesk((desk) => desk.text);
  const fills = useAlertDesk((desk) => desk.fills);
  const fields = useRef(new Map<string, InputRef>());
  const names = blanksOf(text);

  // A template that was just taken puts the cursor where something is to be said.
  useEffect(() => {
    const desk = useAlertDesk.getState();
    const empty = blanksOf(desk.text).find((name) => (desk.fills[name] ?? "") === "");
    if (document.activeElement instanceof HTMLTextAreaElement) return;
    if (empty === undefined) toSend.current?.focus();
    else fields.current.get(empty)?.focus();
  }, [text, toSend]);

  function onKeyDown(event: KeyboardEvent, name: string): void {
    if (event.key !== "Enter" || event.ctrlKey || event.metaKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    const next = names[names.indexOf(name) + 1];
    if (next === undefined) toSend.current?.focus();
    else fields.current.get(next)?.focus();
  }

  return (
    <div className="blanks" data-testid="alert-blanks" title={texts.alerts.blankHint(UNKNOWN)}>
      {names.map((name) => (
        <Input
          key={name}
          ref={(field) => {
            if (field === null) fields.current.delete(name);
            else fields.current.set(name, field);
          }}
          size="small"
          prefix={name}
          aria-label={name}
          data-testid={`alert-blank-${name}`}
          maxLength={LONGEST}
          placeholder={UNKNOWN}
          value={fills[name] ?? ""}
          onChange={(event) => useAlertDesk.setState({ fills: { ...fills, [name]: event.target.value } })}
          onKeyDown={(event) => onKeyDown(event, name)}
        />
      ))}
    </div>
  );
}
