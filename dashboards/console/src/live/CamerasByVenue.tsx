// The cameras by venue, to be found by name and clicked: onto the wall, or into a playback.
import { Input } from "antd";
import { useMemo, useState, type DragEvent } from "react";

import { useTexts } from "../language/language";
import { useRoom } from "../room/store";
import type { Camera, Venue } from "../room/types";
import { camerasByVenue } from "./byVenue";

const NO_CAMERAS: ReadonlyMap<string, Camera> = new Map();
const NO_VENUES: ReadonlyMap<string, Venue> = new Map();

interface Props {
  /** Before the test ids. */
  testid: string;
  shown: ReadonlySet<string>;
  onChoose: (cameraId: string) => void;
  /** Without it a camera is not dragged. */
  onDrag?: (event: DragEvent, cameraId: string) => void;
}

export function CamerasByVenue({ testid, shown, onChoose, onDrag }: Props) {
  const texts = useTexts();
  const words = texts.live;
  const cameras = useRoom((room) => room.cameras, NO_CAMERAS);
  const venues = useRoom((room) => room.venues, NO_VENUES);
  const [query, setQuery] = useState("");
  const sections = useMemo(() => camerasByVenue(cameras.values(), venues, query, words.noVenue), [cameras, venues, query, words.noVenue]);
  return (
    <>
      <Input allowClear placeholder={words.search} value={query} data-testid={`${testid}-search`} onChange={(event) => setQuery(event.target.value)} />
      <div className="live-cameras" data-testid={`${testid}-cameras`}>
        {sections.map((section) => (
          <section key={section.venueId ?? ""}>
            <h4>{section.name}</h4>
            {section.cameras.map((camera) => (
              <button
                key={camera.camera_id}
                type="button"
                className={`live-camera ${camera.condition}${shown.has(camera.camera_id) ? " shown" : ""}`}
                data-testid={`${testid}-camera`}
                data-camera={camera.camera_id}
                aria-pressed={shown.has(camera.camera_id)}
                draggable={onDrag !== undefined}
                onDragStart={(event) => onDrag?.(event, camera.camera_id)}
                onClick={() => onChoose(camera.camera_id)}
              >
                <span>{camera.name}</span>
                {camera.condition !== "online" && <em>{texts.condition[camera.condition]}</em>}
              </button>
            ))}
          </section>
        ))}
        {sections.length === 0 && <p className="empty">{cameras.size === 0 ? words.noCameras : words.noCamera}</p>}
      </div>
    </>
  );
}
