// One step of the path: its picture, when and where, how likely it is, who went along, and what the officer says of it.
import { useEffect, useRef } from "react";

import { useTexts } from "../language/language";
import { clockTime } from "../language/time";
import { useRoom } from "../room/store";
import { useSearchStore } from "../search/store";
import { chooseStep } from "./choosing";
import { PlayKey } from "./PlayKey";
import { Says } from "./Says";
import type { ShownStep } from "./shown";

export function StepCard({ caseId, shown, companions }: { caseId: string; shown: ShownStep; companions: number }) {
  const { path: words, search } = useTexts();
  const { sighting, likelihood } = shown.step;
  const zone = useRoom((room) => room.community.time_zone, "UTC");
  const camera = useRoom((room) => room.cameras.get(sighting.camera_id)?.name, undefined);
  const venue = useRoom((room) => room.venues.get(sighting.venue_id ?? "")?.name, undefined);
  const isChosen = useSearchStore((store) => store.chosenSightingId === sighting.sighting_id);
  const card = useRef<HTMLElement>(null);
  useEffect(() => {
    if (isChosen) card.current?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [isChosen]);
  const where = venue === undefined || camera?.includes(venue) === true ? (camera ?? sighting.camera_id) : `${camera ?? sighting.camera_id} · ${venue}`;
  return (
    <article
      ref={card}
      className={`path-step ${shown.sureness}${isChosen ? " chosen" : ""}`}
      data-testid="path-step"
      data-sighting={sighting.sighting_id}
      data-camera={sighting.camera_id}
      data-sureness={shown.sureness}
      data-verdict={shown.verdict ?? ""}
      onClick={() => chooseStep(shown)}
    >
      <div className="picture">
        <img src={sighting.picture_url} alt={search.noPicture} loading="lazy" />
        <b className={`path-number ${shown.sureness}`}>{shown.number}</b>
        <PlayKey caseId={caseId} sighting={sighting} />
      </div>
      <div className="told">
        <b className="time">{clockTime(sighting.started_at_ms, zone)}</b>
        <span className="where" title={where}>
          {where}
        </span>
        {shown.sureness !== "confirmed" && (
          <span className={`sureness ${shown.sureness}`} title={words.likelihoodHint}>
            {words.sureness[shown.sureness](Math.round(likelihood * 100))}
          </span>
        )}
        {companions > 0 && <span className="along">{words.alongHere(companions)}</span>}
      </div>
      <Says caseId={caseId} shown={shown} />
    </article>
  );
}
