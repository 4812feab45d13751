// What of a camera's picture is nobody's business: polygons that are never looked at, or never stored, drawn over its picture.
import { Button, Segmented } from "antd";
import { useState } from "react";

import { FormModal } from "../forms/FormModal";
import { useTexts } from "../language/language";
import type { Camera, MaskKind } from "../room/types";
import type { Point } from "./clicks";
import { camerasHub } from "./hub";
import { addCorner, closed, isSame, mayClose, rebased, withoutMask, type Drawing } from "./masks";
import { StillPicture, type Size } from "./StillPicture";

const COLOURS: Record<MaskKind, string> = { unseen: "#5aa9ff", unstored: "#ff7875" };
const KINDS: readonly MaskKind[] = ["unseen", "unstored"];

export function MaskForm({ camera, onDone, onClose }: { camera: Camera; onDone: () => void; onClose: () => void }) {
  const words = useTexts().cameras;
  const [drawing, setDrawing] = useState<Drawing>({ masks: camera.masks, corners: [], kind: "unseen" });
  /** The masks over which this is drawn: they are saved in place of these alone. */
  const [seen, setSeen] = useState(camera.masks);
  const [isOthers, setOthers] = useState(false);
  const [size, setSize] = useState<Size | null>(null);
  if (!isSame(camera.masks, seen)) {
    const over = rebased(seen, drawing.masks, camera.masks);
    setOthers(isOthers || !isSame(camera.masks, closed(drawing).masks));
    setSeen(camera.masks);
    setDrawing({ ...drawing, masks: over });
  }
  const pixels = (points: readonly Point[]): string =>
    points.map(([x, y]) => `${x * (size?.widthPx ?? 1)},${y * (size?.heightPx ?? 1)}`).join(" ");
  const line = (size?.widthPx ?? 640) / 250;

  async function save(): Promise<void> {
    await camerasHub.putMasks(camera.camera_id, seen, closed(drawing).masks);
    onDone();
  }

  return (
    <FormModal title={words.masksOf(camera.name)} testid="masks" width={980} isComplete={drawing.corners.length === 0 || mayClose(drawing)} onSave={save} onClose={onClose}>
      <div className="calibration-head">
        <Segmented
          options={KINDS.map((kind) => ({ value: kind, label: words.maskKind[kind] }))}
          value={drawing.kind}
          onChange={(kind) => setDrawing({ ...drawing, kind })}
        />
        <span>{words.maskHint[drawing.kind]}</span>
      </div>
      <StillPicture
        cameraId={camera.camera_id}
        size={size}
        onSize={setSize}
        onClick={([x, y]) => size !== null && setDrawing(addCorner(drawing, [x / size.widthPx, y / size.heightPx]))}
        onDoubleClick={() => setDrawing(closed(drawing))}
      >
        {drawing.masks.map((mask, number) => (
          <polygon key={number} data-testid="mask" points={pixels(mask.points)} fill={COLOURS[mask.kind]} fillOpacity={0.45} stroke={COLOURS[mask.kind]} strokeWidth={line} />
        ))}
        {drawing.corners.length > 0 && (
          <>
            <polyline points={pixels(drawing.corners)} fill="none" stroke={COLOURS[drawing.kind]} strokeWidth={line} />
            {drawing.corners.map((corner) => (
              <circle key={corner.join()} cx={corner[0] * (size?.widthPx ?? 1)} cy={corner[1] * (size?.heightPx ?? 1)} r={line * 2} fill="#ffffff" />
            ))}
          </>
        )}
      </StillPicture>
      <div className="calibration-clicks">
        <Button size="small" data-testid="mask-close" disabled={!mayClose(drawing)} onClick={() => setDrawing(closed(drawing))}>
          {words.closeMask}
        </Button>
        <Button size="small" disabled={drawing.corners.length === 0} onClick={() => setDrawing({ ...drawing, corners: drawing.corners.slice(0, -1) })}>
          {words.lastCorner}
        </Button>
        {drawing.masks.map((mask, number) => (
          <span key={number} className="chip">
            <i style={{ background: COLOURS[mask.kind] }} /> {words.maskNumber(number + 1)} · {words.maskKind[mask.kind]}
            <Button size="small" type="text" aria-label={words.removeMask} onClick={() => setDrawing(withoutMask(drawing, number))}>
              ×
            </Button>
          </span>
        ))}
      </div>
      {isOthers && (
        <p className="state-wait" role="status" data-testid="masks-others">
          {words.othersMasks}
        </p>
      )}
    </FormModal>
  );
}
