// Every camera: how it stands, whose it is, what is kept from its picture; who may enrols, calibrates, masks and removes them.
import { Button } from "antd";
import { useMemo, useState } from "react";

import { ListTab } from "../administration/ListTab";
import { useAnswer } from "../browser/useAnswer";
import { useTexts } from "../language/language";
import { useStore } from "../room/store";
import type { Camera } from "../room/types";
import { CalibrationForm } from "./CalibrationForm";
import { CameraState } from "./CameraState";
import { EnrolForm } from "./EnrolForm";
import { camerasHub, type Found } from "./hub";
import { MaskForm } from "./MaskForm";
import type { Owner } from "./owners";
import { OwnersForm } from "./OwnersForm";
import { RemoveForm } from "./RemoveForm";
import { needsSomebody } from "./troubles";
import "./cameras.css";

interface Row extends Camera {
  venue: string;
  owner: string;
}

const NO_OWNERS: readonly Owner[] = [];
const NEEDS_SOMEBODY = "needs_somebody";
const textOf = (one: Row): string => `${one.camera_id} ${one.name} ${one.venue} ${one.owner}`;

type Form = { what: "enrol" | "owners" } | { what: "calibration" | "masks" | "remove"; cameraId: string };

export function CamerasTab() {
  const texts = useTexts();
  const words = texts.cameras;
  const room = useStore((store) => store.room);
  const owners = useAnswer(camerasHub.owners);
  const [form, setForm] = useState<Form | null>(null);
  const [found, setFound] = useState<Found | null>(null);
  const ownerOf = useMemo(() => new Map((owners.value?.owners ?? NO_OWNERS).map((one) => [one.owner_id, one])), [owners.value]);
  const rows = useMemo(
    () =>
      [...(room?.cameras.values() ?? [])].map((one): Row => ({
        ...one,
        venue: one.venue_id === null ? "" : (room?.venues.get(one.venue_id)?.name ?? one.venue_id),
        owner: one.owner_id === null ? words.own : (ownerOf.get(one.owner_id)?.name ?? one.owner_id),
      })),
    [room, ownerOf, words],
  );
  const camera = form !== null && "cameraId" in form ? room?.cameras.get(form.cameraId) : undefined;
  const needy = rows.filter(needsSomebody).length;
  const close = (): void => setForm(null);
  return (
    <>
      <ListTab
        testid="cameras"
        words={words}
        rows={rows}
        rowKey="camera_id"
        textOf={textOf}
        answered={owners}
        failure={null}
        leastWidth={1040}
        columns={[
          {
            title: words.camera,
            width: 240,
            sorter: (a, b) => a.name.localeCompare(b.name, "zh-CN"),
            render: (_, one) => (
              <span>
                {one.name}
                <i className="cell-second">
                  {one.camera_id} · {one.venue === "" ? words.noVenue : one.venue}
                </i>
              </span>
            ),
          },
          {
            title: words.state,
            width: 240,
            filters: [
              { text: words.needsSomebody(needy), value: NEEDS_SOMEBODY },
              ...[...new Set(rows.map((one) => one.condition))].map((one) => ({ text: texts.condition[one], value: one })),
            ],
            onFilter: (value, one) => (value === NEEDS_SOMEBODY ? needsSomebody(one) : one.condition === value),
            render: (_, one) => <CameraState camera={one} />,
          },
          { title: words.owner, width: 140, render: (_, one) => one.owner },
          { title: words.streams, width: 90, render: (_, one) => (one.has_sub ? words.mainAndSub : words.mainOnly) },
          { title: words.calibrated, width: 76, render: (_, one) => <span className={one.calibrated ? "state-good" : "state-calm"}>{one.calibrated ? words.yes : words.no}</span> },
          { title: words.masks, width: 76, render: (_, one) => (one.masks.length === 0 ? <span className="state-calm">–</span> : one.masks.length) },
          {
            title: "",
            render: (_, one) => (
              <span className="row-actions">
                <Button size="small" data-testid={`calibrate-${one.camera_id}`} onClick={() => setForm({ what: "calibration", cameraId: one.camera_id })}>
                  {words.calibrate}
                </Button>
                <Button size="small" data-testid={`mask-${one.camera_id}`} onClick={() => setForm({ what: "masks", cameraId: one.camera_id })}>
                  {words.mask}
                </Button>
                <Button size="small" danger data-testid={`remove-${one.camera_id}`} onClick={() => setForm({ what: "remove", cameraId: one.camera_id })}>
                  {words.remove}
                </Button>
              </span>
            ),
          },
        ]}
      >
        <Button data-testid="cameras-owners" disabled={owners.value === null} onClick={() => setForm({ what: "owners" })}>
          {words.owners}
        </Button>
        <Button data-testid="cameras-add" type="primary" onClick={() => setForm({ what: "enrol" })}>
          {words.add}
        </Button>
      </ListTab>
      {form?.what === "enrol" && <EnrolForm owners={owners.value?.owners ?? NO_OWNERS} found={found} onFound={setFound} onClose={close} />}
      {form?.what === "owners" && owners.value !== null && (
        <OwnersForm
          list={owners.value}
          onClose={() => {
            close();
            // Saved, or seen to be another's since.
            owners.again();
          }}
        />
      )}
      {form?.what === "calibration" && camera !== undefined && <CalibrationForm camera={camera} onDone={close} onClose={close} />}
      {form?.what === "masks" && camera !== undefined && <MaskForm camera={camera} onDone={close} onClose={close} />}
      {form?.what === "remove" && camera !== undefined && <RemoveForm camera={camera} owner={ownerOf.get(camera.owner_id ?? "")} onClose={close} />}
    </>
  );
}
