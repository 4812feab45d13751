// What the officer says of a step: it is the person, it is not, or nothing any more.
import type { MouseEvent } from "react";

import { useTexts } from "../language/language";
import type { ShownStep } from "./shown";
import { say } from "./store";
import type { Verdict } from "./types";

export function Says({ caseId, shown }: { caseId: string; shown: ShownStep }) {
  const { path: words } = useTexts();
  const { sighting_id } = shown.step.sighting;
  const saying = (verdict: Verdict | null) => (event: MouseEvent) => {
    event.stopPropagation();
    void say(caseId, sighting_id, verdict);
  };
  if (shown.verdict === "confirmed") {
    return (
      <div className="path-says">
        <b className="path-confirmed">{words.confirmed}</b>
        <button type="button" className="path-key" data-testid="path-take-back" onClick={saying(null)}>
          {words.takeBack}
        </button>
      </div>
    );
  }
  return (
    <div className="path-says">
      <button type="button" className="path-key yes" data-testid="path-confirm" title={words.confirmHint} onClick={saying("confirmed")}>
        {words.confirm}
      </button>
      <button type="button" className="path-key no" data-testid="path-reject" title={words.rejectHint} onClick={saying("rejected")}>
        {words.reject}
      </button>
    </div>
  );
}
