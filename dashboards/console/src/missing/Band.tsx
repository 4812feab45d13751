// One line for each search that goes on: how long, who has it, what was seen, and the question after ten minutes.
import { Button } from "antd";
import { useState } from "react";

import { useCaseDesk, useOpenCase } from "../cases/store";
import { errorText, useLanguage, useTexts } from "../language/language";
import type { AlertRecord } from "../room/room";
import { useRoom } from "../room/store";
import { chooseLowerTab } from "../screen/lower";
import { useSecond } from "../screen/useSecond";
import { useMay } from "../session/store";
import { missingHub } from "./hub";
import { clockOf, inOrder, reachOf } from "./shown";
import { useMissingChildren } from "./store";
import type { MissingChild } from "./types";

const NO_ALERTS: ReadonlyMap<string, AlertRecord> = new Map();

export function MissingBands() {
  const children = useMissingChildren();
  const going = inOrder(children.values()).filter((child) => child.ended_at_ms === null);
  return going.map((child) => <Band key={child.case_id} child={child} />);
}

function Band({ child }: { child: MissingChild }) {
  const texts = useTexts();
  const words = texts.missing;
  const language = useLanguage((store) => store.language);
  const now = useSecond();
  const alerts = useRoom((room) => room.alerts, NO_ALERTS);
  const decides = useMay("open_case");
  const isShown = useOpenCase()?.case_id === child.case_id;
  const [failure, setFailure] = useState<unknown>(null);
  const reach = reachOf(child, alerts);
  const seen = child.evidence.filter((one) => one.kind !== "told" && one.state !== "rejected").length;
  const isAsked = child.beyond_proposed_at_ms !== null && child.beyond === null;
  const decide = (go: boolean): void => {
    setFailure(null);
    missingHub.goBeyond(child.case_id, go).catch(setFailure);
  };
  return (
    <section className={`missing-band ${child.status}${isShown ? " shown" : ""}`} data-testid="missing-band" data-case={child.case_id}>
      <button
        type="button"
        className="missing-name"
        data-testid="missing-open"
        onClick={() => {
          useCaseDesk.setState({ chosenId: child.case_id, opening: false });
          chooseLowerTab("missing", null);
        }}
      >
        {child.status !== "actual" && <b className="not-real">{texts.rollCall.status[child.status]}</b>}
        <b>{words.key}</b> <time data-testid="missing-clock">{clockOf(now - child.started_at_ms)}</time>{" "}
        <span className="looks">{child.known.description_text || words.noWords}</span>
      </button>
      <span data-testid="missing-reach" data-alerted={reach.alerted} data-acknowledged={reach.acknowledged}>
        {words.reach(reach.alerted, reach.acknowledged)}
        {reach.silent.length > 0 && <em className="silent">{words.silentCount(reach.silent.length)}</em>}
      </span>
      <span>{child.search_hits === null ? "" : words.hits(child.search_hits)}</span>
      <span className={seen > 0 ? "seen" : ""} data-testid="missing-seen">
        {words.evidenceCount(seen)}
      </span>
      {isAsked && (
        <span className="beyond-ask" data-testid="missing-beyond-ask">
          {words.beyondAsk}
          {decides && (
            <>
              <Button size="small" type="primary" danger data-testid="missing-beyond-go" onClick={() => decide(true)}>
                {words.beyondGo}
              </Button>
              <Button size="small" data-testid="missing-beyond-stay" onClick={() => decide(false)}>
                {words.beyondStay}
              </Button>
            </>
          )}
        </span>
      )}
      {failure !== null && <span className="failure">{errorText(language, failure)}</span>}
    </section>
  );
}
