// Over the map: the picture of the step that is looked at, large enough to tell who it is, and what to say of it.
import { useTexts } from "../language/language";
import { clockTime } from "../language/time";
import { chooseOnMap } from "../map/store";
import { useRoom } from "../room/store";
import { chooseSighting, useSearchStore } from "../search/store";
import { PlayKey } from "./PlayKey";
import { Says } from "./Says";
import { useShownPath } from "./useShownPath";
import "./path.css";

export function ChosenStep() {
  const texts = useTexts();
  const zone = useRoom((room) => room.community.time_zone, "UTC");
  const { caseId, steps } = useShownPath();
  const chosen = useSearchStore((store) => store.chosenSightingId);
  const shown = steps.find(({ step }) => step.sighting.sighting_id === chosen);
  const camera = useRoom((room) => room.cameras.get(shown?.step.sighting.camera_id ?? "")?.name, undefined);
  if (shown === undefined || caseId === null) return null;
  const { sighting } = shown.step;
  return (
    <aside className="path-chosen" data-testid="path-chosen" data-sighting={sighting.sighting_id}>
      <header>
        <b className={`path-number ${shown.sureness}`}>{shown.number}</b>
        <b>{clockTime(sighting.started_at_ms, zone)}</b>
        <button type="button" aria-label={texts.map.close} title={texts.map.close} onClick={() => chooseSighting(null)}>
          ×
        </button>
      </header>
      <img src={sighting.picture_url} alt={texts.search.noPicture} />
      <button type="button" className="camera" onClick={() => chooseOnMap({ kind: "camera", id: sighting.camera_id })}>
        {camera ?? sighting.camera_id}
      </button>
      <Says caseId={caseId} shown={shown} />
      <PlayKey caseId={caseId} sighting={sighting} />
    </aside>
  );
}
