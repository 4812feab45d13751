// Calibrating a camera: ground points clicked in its picture and on the map, or people who stand; what comes of it is drawn at once.
import { Button, InputNumber, Segmented } from "antd";
import { useEffect, useMemo, useState } from "react";

import { FormModal } from "../forms/FormModal";
import { errorText, useLanguage, useTexts } from "../language/language";
import type { Camera } from "../room/types";
import { CalibrationMap } from "./CalibrationMap";
import { clickMap, clickPicture, clicksOf, missing, nextOf, NOTHING, withHeight, without, type Calibrated, type Clicks, type Place, type Point } from "./clicks";
import { camerasHub } from "./hub";
import { StillPicture, type Size } from "./StillPicture";

const NO_PLACES: readonly Place[] = [];
const TRY_AFTER_MS = 150;

/** What the hub makes of the clicks, a moment after the last; of none, the calibration that is kept. */
function useTried(camera: Camera, clicks: Clicks | null): { found: Calibrated | null; failure: unknown } {
  const [tried, setTried] = useState<{ found: Calibrated | null; failure: unknown }>({ found: null, failure: null });
  const { camera_id: cameraId, calibrated } = camera;
  useEffect(() => {
    const stop = new AbortController();
    const ask = (): Promise<Calibrated> | null =>
      clicks !== null ? camerasHub.tryClicks(cameraId, clicks, stop.signal) : calibrated ? camerasHub.calibration(cameraId) : null;
    const timer = setTimeout(() => {
      ask()?.then(
        (found) => !stop.signal.aborted && setTried({ found, failure: null }),
        (failure: unknown) => !stop.signal.aborted && setTried({ found: null, failure }),
      );
    }, TRY_AFTER_MS);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [cameraId, calibrated, clicks]);
  return tried;
}

export function CalibrationForm({ camera, onDone, onClose }: { camera: Camera; onDone: () => void; onClose: () => void }) {
  const texts = useTexts();
  const words = texts.cameras;
  const language = useLanguage((store) => store.language);
  const [clicked, setClicked] = useState(NOTHING);
  const [size, setSize] = useState<Size | null>(null);
  const clicks = useMemo(() => (size === null ? null : clicksOf(clicked, size.widthPx, size.heightPx)), [clicked, size]);
  const { found, failure } = useTried(camera, clicks);
  const places = useMemo(() => clicked.ground.map((one) => one.place), [clicked.ground]);
  const stood = useMemo((): Place | null => {
    if (found !== null && clicks !== null) return [found.calibration.latitude, found.calibration.longitude];
    return camera.latitude === null || camera.longitude === null ? null : [camera.latitude, camera.longitude];
  }, [found, clicks, camera.latitude, camera.longitude]);
  const more = missing(clicked);

  async function save(): Promise<void> {
    if (clicks === null) return;
    await camerasHub.keepClicks(camera.camera_id, clicks);
    onDone();
  }

  return (
    <FormModal
      title={words.calibrationOf(camera.name)}
      testid="calibration"
      width={1240}
      isComplete={clicks !== null && found !== null && failure === null}
      onSave={save}
      onClose={onClose}
    >
      <div className="calibration-head">
        <Segmented
          data-testid="calibration-by"
          options={[
            { label: words.byGround, value: "ground" },
            { label: words.byPeople, value: "people" },
          ]}
          value={clicked.by}
          onChange={(by) => setClicked({ ...clicked, by: by === "people" ? "people" : "ground" })}
        />
        <b data-testid="calibration-next">{words.next[nextOf(clicked)]}</b>
        {more > 0 && <span className="more">{words.more(more)}</span>}
      </div>
      <div className="calibration-both">
        <StillPicture cameraId={camera.camera_id} size={size} onSize={setSize} onClick={(at) => setClicked(clickPicture(clicked, at))}>
          {size !== null && found !== null && <Sticks found={found} size={size} />}
          {clicked.by === "ground"
            ? clicked.ground.map((one, number) => <Mark key={number} at={one.at} word={String(number + 1)} size={size} />)
            : clicked.people.map((one, number) => <Person key={number} foot={one.foot} head={one.head} word={String(number + 1)} size={size} />)}
        </StillPicture>
        <CalibrationMap camera={stood} places={clicked.by === "ground" ? places : NO_PLACES} footprint={found?.footprint ?? NO_PLACES} onClick={(place) => setClicked(clickMap(clicked, place))} />
      </div>
      <div className="calibration-clicks">
        {(clicked.by === "ground" ? clicked.ground : clicked.people).map((one, number) => (
          <span key={number} className="chip">
            {clicked.by === "ground" ? words.pointNumber(number + 1) : words.personNumber(number + 1)}
            {"heightM" in one && (
              <InputNumber
                size="small"
                aria-label={words.height}
                min={0.5}
                max={2.3}
                step={0.05}
                suffix="m"
                value={one.heightM}
                onChange={(heightM) => heightM !== null && setClicked(withHeight(clicked, number, heightM))}
              />
            )}
            <Button size="small" type="text" aria-label={words.removeClick} onClick={() => setClicked(without(clicked, number))}>
              ×
            </Button>
          </span>
        ))}
      </div>
      {failure !== null && clicks !== null && (
        <div className="failure" role="alert" data-testid="calibration-failure">
          {errorText(language, failure)}
        </div>
      )}
      {found !== null && failure === null && (
        <p className="calibration-found" data-testid="calibration-found">
          {words.found(found.calibration.camera_height_m, found.calibration.tilt_deg, found.calibration.heading_deg)}
          {clicks !== null && (
            <>
              {" "}
              <b className={found.child_error_m > 0.15 ? "state-wait" : "state-good"}>{words.childError(Math.round(found.child_error_m * 100))}</b>
            </>
          )}
        </p>
      )}
      <p className="hint">{words.gridHint}</p>
    </FormModal>
  );
}


/** The height grid: posts of 1.7 m on the ground, and where 1.1 m of each ends. */
function Sticks({ found, size }: { found: Calibrated; size: Size }) {
  const scale = size.widthPx / found.calibration.width_px;
  const line = size.widthPx / 400;
  return (
    <g className="sticks">
      {found.sticks.map(({ foot, child, adult }) => (
        <g key={foot.join()} transform={`scale(${scale})`}>
          <line x1={foot[0]} y1={foot[1]} x2={adult[0]} y2={adult[1]} stroke="#8fd3ff" strokeWidth={line} />
          <line x1={foot[0]} y1={foot[1]} x2={child[0]} y2={child[1]} stroke="#ffd666" strokeWidth={line * 2} />
          <circle cx={foot[0]} cy={foot[1]} r={line * 2} fill="#ffd666" />
        </g>
      ))}
    </g>
  );
}

function Mark({ at, word, size }: { at: Point; word: string; size: Size | null }) {
  const radius = (size?.widthPx ?? 640) / 55;
  return (
    <g transform={`translate(${at[0]} ${at[1]})`}>
      <circle r={radius} fill="#d4380d" stroke="#ffffff" strokeWidth={radius / 8} fillOpacity={0.6} />
      <text textAnchor="middle" dominantBaseline="central" fontSize={radius * 1.3} fill="#ffffff">
        {word}
      </text>
    </g>
  );
}

function Person({ foot, head, word, size }: { foot: Point; head: Point | null; word: string; size: Size | null }) {
  return (
    <g>
      {head !== null && <line x1={foot[0]} y1={foot[1]} x2={head[0]} y2={head[1]} stroke="#ff7875" strokeWidth={(size?.widthPx ?? 640) / 200} />}
      <Mark at={foot} word={word} size={size} />
    </g>
  );
}
