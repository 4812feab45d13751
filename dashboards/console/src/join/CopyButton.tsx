// Copies a link, and says that it did; where the browser does not let pages copy, the link can be marked by hand.
import { Button, Input } from "antd";
import { useState } from "react";

import { useTexts } from "../language/language";

export function CopyButton({ text }: { text: string }) {
  const texts = useTexts();
  const [state, setState] = useState<"not yet" | "copied" | "refused">("not yet");

  async function copy(): Promise<void> {
    try {
      // Missing, not refusing, where the page came over a line that is not encrypted.
      await navigator.clipboard.writeText(text);
      setState("copied");
    } catch {
      setState("refused");
    }
  }

  if (state === "refused") return <Input readOnly value={text} onFocus={(event) => event.target.select()} autoFocus />;
  return (
    <Button data-testid="copy-link" onClick={() => void copy()}>
      {state === "copied" ? texts.join.copied : texts.join.copy}
    </Button>
  );
}
