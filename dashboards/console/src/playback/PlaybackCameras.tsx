// The cameras by venue, to be found by name; a click brings one into the playback, or takes it out.
import { Input } from "antd";
import { useMemo, useState } from "react";

import { useTexts } from "../language/language";
import { camerasByVenue } from "../live/byVenue";
import { useRoom } from "../room/store";
import type { Camera, Venue } from "../room/types";
import { toggleCamera, usePlayback } from "./store";

const NO_CAMERAS: ReadonlyMap<string, Camera> = new Map();
const NO_VENUES: ReadonlyMap<string, Venue> = new Map();

export function PlaybackCameras() {
  const words = useTexts().live;
  const cameras = useRoom((room) => room.cameras, NO_CAMERAS);
  const venues = useRoom((room) => room.venues, NO_VENUES);
  const shown = usePlayback((store) => store.cameraIds);
  const [query, setQuery] = useState("");
  const sections = useMemo(() => camerasByVenue(cameras.values(), venues, query, words.noVenue), [cameras, venues, query, words.noVenue]);
  return (
    <>
      <Input allowClear placeholder={words.search} value={query} onChange={(event) => setQuery(event.target.value)} />
      <div className="live-cameras" data-testid="playback-cameras">
        {sections.map((section) => (
          <section key={section.venueId ?? ""}>
            <h4>{section.name}</h4>
            {section.cameras.map((camera) => (
              <button
                key={camera.camera_id}
                type="button"
                className={`live-camera ${camera.condition}${shown.includes(camera.camera_id) ? " shown" : ""}`}
                data-testid="playback-camera"
                data-camera={camera.camera_id}
                aria-pressed={shown.includes(camera.camera_id)}
                onClick={() => toggleCamera(camera.camera_id)}
              >
                <span>{camera.name}</span>
              </button>
            ))}
          </section>
        ))}
        {sections.length === 0 && <p className="empty">{words.noCamera}</p>}
      </div>
    </>
  );
}
