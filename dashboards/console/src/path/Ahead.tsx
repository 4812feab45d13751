// After the last step: the cameras that may see the person next, when at the earliest and when likely, and a look at each now.
import { useTexts } from "../language/language";
import { clockTime } from "../language/time";
import { watchLive } from "../live/store";
import { useRoom } from "../room/store";
import type { Camera } from "../room/types";
import { useSecond } from "../screen/useSecond";
import { useMay } from "../session/store";
import type { CameraAhead } from "./types";

const NO_CAMERAS: ReadonlyMap<string, Camera> = new Map();
const SHOWN = 4;

export function Ahead({ ahead }: { ahead: readonly CameraAhead[] }) {
  const { path: words } = useTexts();
  const zone = useRoom((room) => room.community.time_zone, "UTC");
  const cameras = useRoom((room) => room.cameras, NO_CAMERAS);
  const watches = useMay("watch_live");
  const now = useSecond();
  if (ahead.length === 0) return null;
  return (
    <div className="path-aheads" data-testid="path-ahead">
      <b>{words.ahead}</b>
      {ahead.slice(0, SHOWN).map((one) => (
        <div key={one.camera_id} data-camera={one.camera_id}>
          <span className="name" title={cameras.get(one.camera_id)?.name}>
            {cameras.get(one.camera_id)?.name ?? one.camera_id}
          </span>
          <span className="when">{one.earliest_at_ms <= now ? words.anyMoment : words.earliest(clockTime(one.earliest_at_ms, zone))}</span>
          <span className="when">{words.likely(clockTime(one.likely_at_ms, zone))}</span>
          <b>{Math.round(one.probability * 100)}%</b>
          {watches && (
            <button type="button" className="path-key" data-testid="path-watch" title={words.watchHint} onClick={() => watchLive(one.camera_id)}>
              {words.watch}
            </button>
          )}
        </div>
      ))}
    </div>
  );
}
