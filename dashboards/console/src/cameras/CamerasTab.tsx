// Every camera: how it stands, whose it is, what is kept from its picture; who may calibrates and masks it.
import { Button } from "antd";
import { useMemo, useState } from "react";

import { ListTab } from "../administration/ListTab";
import { useAnswer } from "../browser/useAnswer";
import { detailIn } from "../language/detail";
import { useLanguage, useTexts } from "../language/language";
import { useStore } from "../room/store";
import type { Camera } from "../room/types";
import { CalibrationForm } from "./CalibrationForm";
import { camerasHub } from "./hub";
import { MaskForm } from "./MaskForm";
import "./cameras.css";

interface Row extends Camera {
  venue: string;
  owner: string;
}

const textOf = (one: Row): string => `${one.camera_id} ${one.name} ${one.venue} ${one.owner}`;
const IN_ORDER = ["online", "finished"];

export function CamerasTab() {
  const texts = useTexts();
  const words = texts.cameras;
  const language = useLanguage((store) => store.language);
  const room = useStore((store) => store.room);
  const owners = useAnswer(camerasHub.owners);
  const [edited, setEdited] = useState<{ what: "calibration" | "masks"; cameraId: string } | null>(null);
  const ownerOf = useMemo(() => new Map((owners.value?.owners ?? []).map((one) => [one.owner_id, one.name])), [owners.value]);
  const rows = useMemo(
    () =>
      [...(room?.cameras.values() ?? [])].map((one): Row => ({
        ...one,
        venue: one.venue_id === null ? "" : (room?.venues.get(one.venue_id)?.name ?? one.venue_id),
        owner: one.owner_id === null ? words.own : (ownerOf.get(one.owner_id) ?? one.owner_id),
      })),
    [room, ownerOf, words],
  );
  const camera = edited === null ? undefined : room?.cameras.get(edited.cameraId);
  const close = (): void => setEdited(null);
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
        leastWidth={980}
        columns={[
          {
            title: words.camera,
            width: 230,
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
            width: 230,
            filters: [...new Set(rows.map((one) => one.condition))].map((one) => ({ text: texts.condition[one], value: one })),
            onFilter: (value, one) => one.condition === value,
            render: (_, one) => (
              <span className={IN_ORDER.includes(one.condition) ? "state-good" : "state-bad"}>
                {texts.condition[one.condition]}
                {one.detail !== "" && <i className="cell-second">{detailIn(language, one.detail)}</i>}
              </span>
            ),
          },
          { title: words.owner, width: 150, render: (_, one) => <span className={one.agreement_over ? "state-bad" : ""}>{one.agreement_over ? words.over(one.owner) : one.owner}</span> },
          { title: words.streams, width: 90, render: (_, one) => (one.has_sub ? words.mainAndSub : words.mainOnly) },
          { title: words.calibrated, width: 90, render: (_, one) => <span className={one.calibrated ? "state-good" : "state-calm"}>{one.calibrated ? words.yes : words.no}</span> },
          { title: words.masks, width: 80, render: (_, one) => (one.masks.length === 0 ? <span className="state-calm">–</span> : one.masks.length) },
          {
            title: "",
            render: (_, one) => (
              <span className="row-actions">
                <Button size="small" data-testid={`calibrate-${one.camera_id}`} onClick={() => setEdited({ what: "calibration", cameraId: one.camera_id })}>
                  {words.calibrate}
                </Button>
                <Button size="small" data-testid={`mask-${one.camera_id}`} onClick={() => setEdited({ what: "masks", cameraId: one.camera_id })}>
                  {words.mask}
                </Button>
              </span>
            ),
          },
        ]}
      />
      {edited?.what === "calibration" && camera !== undefined && <CalibrationForm camera={camera} onDone={close} onClose={close} />}
      {edited?.what === "masks" && camera !== undefined && <MaskForm camera={camera} onDone={close} onClose={close} />}
    </>
  );
}
