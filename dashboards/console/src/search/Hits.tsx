// The hits as pictures, best first; what a running watch brings comes on top, with a sound and a border.
import { useEffect, useMemo, useRef } from "react";

import { useTexts } from "../language/language";
import type { Camera } from "../room/types";
import { useRoom } from "../room/store";
import { playTone } from "../talk/audio";
import { HitCard } from "./HitCard";
import { pathOf } from "./hits";
import { useSearch } from "./store";
import { useHits } from "./useHits";

const NO_CAMERAS: ReadonlyMap<string, Camera> = new Map();

export function Hits({ caseId }: { caseId: string }) {
  const texts = useTexts();
  const { answer, searching } = useSearch(caseId);
  const shown = useHits();
  const cameras = useRoom((room) => room.cameras, NO_CAMERAS);
  const steps = useMemo(
    () => new Map(pathOf(shown, cameras).map((point) => [point.hit.sighting.sighting_id, point.label])),
    [shown, cameras],
  );
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
