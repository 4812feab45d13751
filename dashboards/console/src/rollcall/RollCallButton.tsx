// In the top bar: how many were ready at the latest roll-call, and the way to its list.
import { Drawer } from "antd";
import { useState } from "react";

import { useTexts } from "../language/language";
import type { RollCallSummary } from "./hub";
import { RollCalls } from "./RollCalls";
import { useAnswered, useRollCalls } from "./useRollCalls";
import "./rollcall.css";

export function RollCallButton() {
  const texts = useTexts();
  const words = texts.rollCall;
  const [open, setOpen] = useState(false);
  const rollCalls = useRollCalls();
  const latest = rollCalls.value?.[0];
  return (
    <>
      <button type="button" className="roll-call-open" data-testid="roll-call-open" title={words.title} onClick={() => setOpen(true)}>
        {words.open}
        {latest !== undefined && <Ready latest={latest} />}
      </button>
      <Drawer
        open={open}
        onClose={() => setOpen(false)}
        title={words.title}
        size="min(1080px, 100vw)"
        className="roll-call-drawer"
        rootClassName="roll-call-above-talk"
        mask={false}
        destroyOnHidden
      >
        <RollCalls rollCalls={rollCalls} />
      </Drawer>
    </>
  );
}

function Ready({ latest }: { latest: RollCallSummary }) {
  const texts = useTexts();
  const ready = useAnswered(latest);
  const { expected } = latest.counts;
  const isUnderWay = latest.ended_at_ms === null;
  return (
    <span
      className={isUnderWay ? "now" : ready < expected ? "short" : ""}
      data-testid="roll-call-ready"
      data-ready={ready}
      title={isUnderWay ? texts.rollCall.underWay : undefined}
    >
      <b>{ready}</b>/{expected}
    </span>
  );
}
