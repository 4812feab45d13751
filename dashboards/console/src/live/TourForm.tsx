// A patrol tour in a form: its name, how long each step is shown, how many cameras at once, and their order.
import { Button, Input, InputNumber, Segmented, Select } from "antd";
import { useMemo, useState } from "react";

import { FormModal } from "../forms/FormModal";
import { useTexts } from "../language/language";
import { useRoom } from "../room/store";
import type { Camera, Venue } from "../room/types";
import { camerasByVenue, namesVenue } from "./byVenue";
import { useWall } from "./store";
import type { Tour } from "./tour";
import { inSight, LAYOUTS, type Layout } from "./wall";

const NO_CAMERAS: ReadonlyMap<string, Camera> = new Map();
const NO_VENUES: ReadonlyMap<string, Venue> = new Map();
/** As the hub holds them to it. */
const LEAST_S = 5;
const MOST_S = 600;
const MOST_CAMERAS = 200;
const MOST_NAME = 20;

const titleOf = (venue: string, camera: string): string => (namesVenue(camera, venue) ? camera : `${venue} · ${camera}`);

interface Props {
  /** Null: a new one. */
  tour: Tour | null;
  /** Of the other tours. */
  names: readonly string[];
  onSave: (tour: Tour) => Promise<void>;
  onClose: () => void;
}

export function TourForm({ tour, names, onSave, onClose }: Props) {
  const texts = useTexts();
  const words = texts.tours;
  const cameras = useRoom((room) => room.cameras, NO_CAMERAS);
  const venues = useRoom((room) => room.venues, NO_VENUES);
  const onWall = useWall((store) => store.wall);
  const [name, setName] = useState(tour?.name ?? "");
  const [secondsEach, setSecondsEach] = useState<number | null>(tour?.seconds_each ?? 15);
  const [layout, setLayout] = useState<Layout>(tour?.layout ?? 4);
  const [ids, setIds] = useState<readonly string[]>(tour?.camera_ids ?? []);
  const named = (id: string): string => {
    const camera = cameras.get(id);
    const venue = venues.get(camera?.venue_id ?? "")?.name ?? texts.live.noVenue;
    return camera === undefined ? `${id} · ${texts.live.gone}` : titleOf(venue, camera.name);
  };
  const options = useMemo(
    () =>
      camerasByVenue(cameras.values(), venues, "", texts.live.noVenue).flatMap((section) =>
        section.cameras.filter((one) => !ids.includes(one.camera_id)).map((one) => ({ value: one.camera_id, label: titleOf(section.name, one.name) })),
      ),
    [cameras, venues, ids, texts.live.noVenue],
  );
  const move = (at: number, by: 1 | -1): void => {
    const moved = [...ids];
    moved.splice(at + by, 0, ...moved.splice(at, 1));
    setIds(moved);
  };
  const shown = inSight(onWall).filter((one) => one !== null && !ids.includes(one)) as string[];
  const isComplete = name.trim() !== "" && !names.includes(name.trim()) && secondsEach !== null && ids.length > 0 && ids.length <= MOST_CAMERAS;
  return (
    <FormModal
      title={words.form}
      testid="tour"
      width={640}
      isComplete={isComplete}
      onSave={async () => {
        await onSave({ name: name.trim(), camera_ids: ids, seconds_each: secondsEach ?? LEAST_S, layout });
        onClose();
      }}
      onClose={onClose}
    >
      <label>
        <span className="label">{words.name}</span>
        <Input value={name} maxLength={MOST_NAME} data-testid="tour-name" onChange={(event) => setName(event.target.value)} />
      </label>
      <div className="row tour-numbers">
        <label>
          <span className="label">{words.secondsEach}</span>
          <InputNumber min={LEAST_S} max={MOST_S} precision={0} value={secondsEach} data-testid="tour-seconds" onChange={setSecondsEach} />
        </label>
        <div>
          <span className="label">{words.layout}</span>
          <Segmented options={[...LAYOUTS]} value={layout} data-testid="tour-layout" onChange={setLayout} />
        </div>
      </div>
      <div>
        <span className="label">{words.order}</span>
        <ol className="tour-order" data-testid="tour-order">
          {ids.map((id, at) => (
            <li key={id}>
              <span>{named(id)}</span>
              <Button size="small" disabled={at === 0} aria-label={`${words.up} ${named(id)}`} title={words.up} onClick={() => move(at, -1)}>
                ↑
              </Button>
              <Button size="small" disabled={at === ids.length - 1} aria-label={`${words.down} ${named(id)}`} title={words.down} onClick={() => move(at, 1)}>
                ↓
              </Button>
              <Button size="small" aria-label={`${words.out} ${named(id)}`} title={words.out} onClick={() => setIds(ids.filter((one) => one !== id))}>
                ×
              </Button>
            </li>
          ))}
        </ol>
        <div className="row">
          <Select
            className="grow"
            showSearch={{ optionFilterProp: "label" }}
            value={null}
            placeholder={words.addCamera}
            options={options}
            data-testid="tour-camera"
            onChange={(id: string | null) => id !== null && setIds([...ids, id])}
          />
          {shown.length > 0 && <Button onClick={() => setIds([...ids, ...shown])} data-testid="tour-from-wall">{words.fromWall}</Button>}
        </div>
      </div>
    </FormModal>
  );
}
