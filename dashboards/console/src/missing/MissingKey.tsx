// The key that starts the search for a missing child: always in the top bar, and on the keyboard (F9).
import { useEffect } from "react";

import { useTexts } from "../language/language";
import { useMay } from "../session/store";
import { tellOf, useMissingDesk } from "./store";
import { TellPanel } from "./TellPanel";
import "./missing.css";

export const KEY = "F9";

export function MissingKey() {
  const { missing: words } = useTexts();
  const may = useMay("open_case");
  const telling = useMissingDesk((desk) => desk.telling);
  useEffect(() => {
    if (!may) return undefined;
    const down = (event: KeyboardEvent): void => {
      if (event.key !== KEY || event.repeat) return;
      event.preventDefault();
      tellOf("new");
    };
    addEventListener("keydown", down);
    return () => removeEventListener("keydown", down);
  }, [may]);
  if (!may) return null;
  return (
    <>
      <button type="button" className="missing-key" data-testid="missing-key" title={words.keyHint(KEY)} onClick={() => tellOf("new")}>
        {words.key}
      </button>
      {telling !== null && <TellPanel key={telling} caseId={telling === "new" ? null : telling} />}
    </>
  );
}
