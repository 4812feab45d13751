// The cameras by venue, to be found by name and clicked onto the wall.
import { Input } from "antd";
import { useMemo, useState } from "react";

import { useTexts } from "../language/language";
import { useRoom } from "../room/store";
import type { Camera, Venue } from "../room/types";
import { camerasByVenue } from "./byVenue";
import { placeCamera, useWall } from "./store";
import { DRAGGED } from "./Tile";
import { inSight } from "./wall";

const NO_CAMERAS: ReadonlyMap<string, Camera> = new Map();
const NO_VENUES: ReadonlyMap<string, Venue> = new Map();

export function CameraList() {
  const texts = useTexts();
  const words = texts.live;
  const cameras = useRoom((room) => room.cameras, NO_CAMERAS);
  const venues = useRoom((room) => room.venues, NO_VENUES);
  const wall = useWall((store) => store.wall);
  const [query, setQuery] = useState("");
  const sections = useMemo(() => camerasByVenue(cameras.values(), venues, query, words.noVenue), [cameras, venues, query, words.noVenue]);
  const shown = new Set(inSight(wall));
  return (
    <>
      <Input allowClear placeholder={words.search} value={query} data-testid="live-search" onChange={(event) => setQuery(event.target.value)} />
      <div className="live-cameras" data-testid="live-cameras">
        {sections.map((section) => (
          <section key={section.venueId ?? ""}>
            <h4>{section.name}</h4>
            {section.cameras.map((camera) => (
              <button
                key={camera.camera_id}
                type="button"
                className={`live-camera ${camera.condition}${shown.has(camera.camera_id) ? " shown" : ""}`}
                data-testid="live-camera"
                data-camera={camera.camera_id}
                draggable
                onDragStart={(event) => event.dataTransfer.setData(DRAGGED, camera.camera_id)}
                onClick={() => placeCamera(camera.camera_id)}
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
