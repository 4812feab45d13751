// The hits as pictures, best first; what a running watch brings comes on top, with a sound and a border.
import { useEffect, useRef } from "react";

import { useTexts } from "../language/language";
import { useStepNumbers } from "../path/useShownPath";
import { playTone } from "../talk/audio";
import { HitCard } from "./HitCard";
import { useSearch } from "./store";
import { useHits } from "./useHits";

export function Hits({ caseId }: { caseId: string }) {
  const texts = useTexts();
  const { answer, searching } = useSearch(caseId);
  const shown = useHits();
  const steps = useStepNumbers();
  const newest = shown[0]?.freshNumber ?? null;
  const sounded = useRef(newest);

  useEffect(() => {
    if (newest === null || newest === sounded.current) return;
    sounded.current = newest;
    playTone("hit");
  }, [newest]);

  if (shown.length === 0) {
    return <div className="empty">{searching ? texts.search.going : answer === null ? texts.search.ready : texts.search.noHits}</div>;
  }
  return (
    <div className="hits" data-testid="hits">
      {shown.map((one) => (
        <HitCard
          key={one.hit.sighting.sighting_id}
          shown={one}
          caseId={caseId}
          step={steps.get(one.hit.sighting.sighting_id)}
        />
      ))}
    </div>
  );
}
