// Between two steps: how far it is on foot, how long it took, how fast that is, and which cameras should have seen it.
import { useTexts } from "../language/language";
import { duration } from "../language/time";
import { useRoom } from "../room/store";
import type { Camera } from "../room/types";
import type { PathStep } from "./types";

const NO_CAMERAS: ReadonlyMap<string, Camera> = new Map();

export function Between({ step }: { step: PathStep }) {
  const texts = useTexts();
  const words = texts.path;
  const cameras = useRoom((room) => room.cameras, NO_CAMERAS);
  const { walk_m, taken_s, pace_mps, missed_by, possible } = step;
  const missed = missed_by.map((id) => cameras.get(id)?.name ?? id);
  return (
    <div className={`path-between${possible ? "" : " impossible"}`} data-testid="path-between" data-possible={possible}>
      <i className="arrow">→</i>
      {walk_m !== null && <span>{words.metres(Math.round(walk_m))}</span>}
      {taken_s !== null && <span>{taken_s <= 0 ? words.atOnce : duration(taken_s * 1000, texts)}</span>}
      {possible ? (
        pace_mps !== null && <span>{words.pace(pace_mps.toFixed(1))}</span>
      ) : (
        <span className="bad" title={words.impossibleHint}>
          {words.impossible}
        </span>
      )}
      {missed.length > 0 && (
        <span className="missed" title={words.missedHint(missed.join("、"))} data-testid="path-missed">
          {words.missed(missed.length)}
        </span>
      )}
    </div>
  );
}
