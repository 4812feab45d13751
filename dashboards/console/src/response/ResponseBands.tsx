// What must not be missed: reports that nobody has taken, what came down to the reader, and what went up to the police room,
// with the key that takes one.
import { Button } from "antd";
import { useEffect, useRef } from "react";

import { useDoing } from "../browser/useDoing";
import { errorText, useLanguage, useTexts } from "../language/language";
import { duration } from "../language/time";
import { chooseLowerTab } from "../screen/lower";
import { useSecond } from "../screen/useSecond";
import { playTone } from "../talk/audio";
import { responseHub } from "./hub";
import { byUrgency, isLate, leftMs, needsUs, waitsForMe } from "./order";
import { chooseAsk, readAsks, useFollowedAsks, useResponse } from "./store";
import type { Ask } from "./types";
import "./response.css";

export function ResponseBands() {
  useFollowedAsks();
  const { response: words } = useTexts();
  const asks = useResponse((desk) => desk.asks);
  const waiting = byUrgency(asks.filter(needsUs));
  // Sounds as each comes, and again each time it goes up.
  const steps = waiting.map((one) => `${one.ask_id} ${one.level}`).join();
  const sounded = useRef(new Set<string>());
  useEffect(() => {
    const fresh = steps.split(",").filter((step) => step !== "" && !sounded.current.has(step));
    if (fresh.length === 0) return;
    for (const step of fresh) sounded.current.add(step);
    playTone("help");
  }, [steps]);
  const [first] = waiting;
  if (first === undefined) return null;
  return <Band key={first.ask_id} one={first} more={waiting.length === 1 ? "" : words.more(waiting.length - 1)} />;
}

function Band({ one, more }: { one: Ask; more: string }) {
  const texts = useTexts();
  const words = texts.response;
  const language = useLanguage((store) => store.language);
  const now = useSecond();
  const { busy, failure, doing } = useDoing();
  const left = leftMs(one, now);
  const isReport = one.kind === "report";
  const title = waitsForMe(one) ? words.forMe[one.kind] : isReport && one.phase === "waiting" ? words.waitingReport : `${words.kind[one.kind]} ${words.phase[one.phase]}`;
  const canTake = waitsForMe(one) || (isReport && one.mine?.state !== "taken" && one.mine?.state !== "arrived");
  const show = (): void => {
    chooseAsk(one.ask_id);
    chooseLowerTab("response", null);
  };
  const take = async (): Promise<void> => {
    await responseHub.answer(one.ask_id, "take", crypto.randomUUID());
    await readAsks();
    show();
  };
  return (
    <section className={`response-band${isLate(one, now) ? " late" : ""}`} role="alert" data-testid="response-band" data-ask={one.ask_id}>
      <button type="button" className="response-name" data-testid="response-show" onClick={show}>
        <b>{title}</b> {one.matter !== null && `${texts.cases.kind[one.matter]} · `}
        {one.text === "" ? words.noWords : one.text} · {one.made_by_name}
      </button>
      <span className="time">{left > 0 ? words.left(duration(left, texts)) : words.late(duration(-left, texts))}</span>
      {canTake && (
        <Button type="primary" size="small" loading={busy} data-testid="response-take" onClick={() => doing(take)}>
          {isReport ? words.step.take : words.accept}
        </Button>
      )}
      {more !== "" && <span className="more">{more}</span>}
      {failure !== null && <span className="failure">{errorText(language, failure)}</span>}
    </section>
  );
}
