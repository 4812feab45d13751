// The hub's calls about enrolled cameras: what one sees now, how it stands, what of its picture is nobody's business.
import { ask, part } from "../room/ask";
import type { Camera, Mask } from "../room/types";
import type { Calibrated, Clicks } from "./clicks";

/** Whose cameras these are, and what they agreed to. */
export interface Owner {
  owner_id: string;
  name: string;
}

export const camerasHub = {
  stillAddress: (cameraId: string, round: number) => `/api/cameras/${part(cameraId)}/still?round=${round}`,
  calibration: (cameraId: string) => ask<Calibrated>("GET", `/api/cameras/${part(cameraId)}/calibration`),
  tryClicks: (cameraId: string, clicks: Clicks, signal: AbortSignal) =>
    ask<Calibrated>("POST", `/api/cameras/${part(cameraId)}/calibration/try`, clicks, {}, signal),
  keepClicks: (cameraId: string, clicks: Clicks) => ask<Camera>("PUT", `/api/cameras/${part(cameraId)}/calibration`, clicks),
  putMasks: (cameraId: string, masks: readonly Mask[]) => ask<Camera>("PUT", `/api/cameras/${part(cameraId)}/masks`, { masks }),
  owners: () => ask<{ owners: Owner[] }>("GET", "/api/owners"),
};
