// The strip of steps below the map, from the first to what may come next; arrows, Enter and Delete work on it.
import { useEffect, useRef, type KeyboardEvent, type ReactNode } from "react";

import { useSearchStore } from "../search/store";
import { Ahead } from "./Ahead";
import { Between } from "./Between";
import { chooseStep } from "./choosing";
import { Company } from "./Company";
import type { ShownStep } from "./shown";
import { StepCard } from "./StepCard";
import { say, type CasePath } from "./store";

/** So much of the way to the last step is in sight with it. */
const BEFORE_PX = 62;

/** The strip of steps; the last one, after which the person must be sought, is in sight at first. */
export function Strip({ caseId, found, steps }: { caseId: string; found: CasePath; steps: readonly ShownStep[] }) {
  const strip = useRef<HTMLDivElement>(null);
  const last = steps[steps.length - 1]?.step.sighting.sighting_id;
  useEffect(() => {
    const cards = strip.current?.querySelectorAll<HTMLElement>(".path-step");
    const card = cards?.[cards.length - 1];
    if (card !== undefined) strip.current?.scrollTo({ left: card.offsetLeft - strip.current.offsetLeft - BEFORE_PX });
  }, [last, found.query]);
  const company = found.answer?.company ?? [];
  const chosenId = useSearchStore((store) => store.chosenSightingId);
  const at = steps.findIndex(({ step }) => step.sighting.sighting_id === chosenId);

  /** Arrows look at one step after the other, Enter and Delete say of it yes and no. */
  function press(event: KeyboardEvent): void {
    if (event.target instanceof HTMLButtonElement) return;
    const chosen = steps[at];
    const next = event.key === "ArrowRight" ? steps[at + 1] : event.key === "ArrowLeft" ? steps[at < 0 ? steps.length - 1 : at - 1] : undefined;
    if (next !== undefined) chooseStep(next);
    else if (event.key === "Enter" && chosen !== undefined) void say(caseId, chosen.step.sighting.sighting_id, "confirmed");
    else if (event.key === "Delete" && chosen !== undefined) {
      const following = steps[at + 1] ?? steps[at - 1];
      if (following !== undefined) chooseStep(following);
      void say(caseId, chosen.step.sighting.sighting_id, "rejected");
    } else return;
    event.preventDefault();
  }

  return (
    <div className="path-strip" ref={strip} tabIndex={0} onKeyDown={press} data-testid="path-strip">
      {steps.map((shown, index) => (
        <Joined key={shown.step.sighting.sighting_id} between={index > 0 && <Between step={shown.step} />}>
          <StepCard
            caseId={caseId}
            shown={shown}
            companions={company.filter(({ beside }) => beside.includes(shown.step.sighting.sighting_id)).length}
          />
        </Joined>
      ))}
      {found.reach !== null && <Ahead ahead={found.reach.cameras} />}
      <Company company={company} steps={steps} />
    </div>
  );
}

function Joined({ between, children }: { between: ReactNode; children: ReactNode }) {
  return (
    <>
      {between}
      {children}
    </>
  );
}
