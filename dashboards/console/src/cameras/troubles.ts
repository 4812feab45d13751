// Pure: what is not right with a camera, the worst first, besides how its stream stands.
import type { Camera, PictureCondition } from "../room/types";

/** A camera's clock that is off by more is told; times in the footage are the hub's. */
export const WRONG_CLOCK_S = 5;

export type Trouble =
  | { readonly kind: "agreement_over" | "disk_full" | "disk_failing" | "disk_missing" | "not_recorded" | "not_looked_at" }
  | { readonly kind: "picture"; readonly picture: Exclude<PictureCondition, "clear"> }
  /** By how much the camera is ahead; less than 0: behind. */
  | { readonly kind: "clock"; readonly offsetS: number };

type Standing = Pick<
  Camera,
  "condition" | "agreement_over" | "recording" | "recorded" | "disk" | "picture" | "clock_offset_s" | "looked_at"
>;

export function troublesOf(camera: Standing): Trouble[] {
  if (camera.agreement_over) return [{ kind: "agreement_over" }];
  const troubles: Trouble[] = [];
  if (camera.disk !== "ok") troubles.push({ kind: `disk_${camera.disk}` });
  // A stream that is only being connected to cannot be on disk yet.
  if (camera.recorded === false && camera.condition !== "connecting") troubles.push({ kind: "not_recorded" });
  if (camera.picture !== "clear") troubles.push({ kind: "picture", picture: camera.picture });
  if (camera.condition === "online" && !camera.recording && !camera.looked_at && camera.recorded !== null) troubles.push({ kind: "not_looked_at" });
  const offsetS = Math.round(camera.clock_offset_s ?? 0);
  if (Math.abs(offsetS) > WRONG_CLOCK_S) troubles.push({ kind: "clock", offsetS });
  return troubles;
}

const IN_ORDER: readonly Camera["condition"][] = ["online", "finished"];

export const isInOrder = (camera: Pick<Camera, "condition">): boolean => IN_ORDER.includes(camera.condition);

/** Whether somebody has to see to it. */
export const needsSomebody = (camera: Standing): boolean =>
  (!isInOrder(camera) && camera.condition !== "connecting") || troublesOf(camera).length > 0;
