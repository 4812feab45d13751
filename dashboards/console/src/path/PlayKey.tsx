// Opens playback at the moment of a sighting.
import { useTexts } from "../language/language";
import { openPlayback } from "../playback/store";
import type { SightingSummary } from "../room/types";

/** Playback begins this long before somebody came into view. */
const BEFORE_MS = 3_000;

export function PlayKey({ caseId, sighting }: { caseId: string; sighting: SightingSummary }) {
  const texts = useTexts();
  return (
    <button
      type="button"
      className="path-key play"
      data-testid="path-play"
      onClick={(event) => {
        event.stopPropagation();
        openPlayback(caseId, [sighting.camera_id], sighting.started_at_ms - BEFORE_MS);
      }}
    >
      ▶ {texts.path.play}
    </button>
  );
}
