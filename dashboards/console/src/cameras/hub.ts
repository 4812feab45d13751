// The hub's calls about cameras: looking for them, enrolling them, whose they are, what one sees now, what of it is nobody's business.
import { ask, part } from "../room/ask";
import type { Camera, Mask } from "../room/types";
import type { Calibrated, Clicks } from "./clicks";
import type { CameraOrder, Login } from "./enrolling";
import type { OwnerList } from "./owners";

/** An answer to a search: words that anybody in the network can say. */
export interface FoundDevice {
  address: string;
  name: string;
  hardware: string;
  location: string;
  /** Enrolled from that host already. */
  camera_ids: string[];
}

export interface Found {
  devices: FoundDevice[];
  /** Who answered something else. */
  not_understood: string[];
}

export interface OfferedStream {
  coding: "h264" | "h265" | "mjpeg" | "other";
  width_px: number;
  height_px: number;
  frames_per_s: number | null;
  kbit_per_s: number | null;
}

/** What a device said of itself to somebody with the right password. */
export interface Device {
  address: string;
  name: string;
  firmware: string;
  clock_offset_s: number | null;
  main: OfferedStream;
  sub: OfferedStream | null;
}

/** A search takes 3 s. */
export const SEARCH_S = 3;
/** A device is asked for 15 s at most, and then the camera is written down. */
const DEVICE_WITHIN_MS = 20_000;

export const camerasHub = {
  discover: (addresses: readonly string[], signal: AbortSignal) => ask<Found>("POST", "/api/cameras/discover", { addresses }, {}, signal),
  look: (url: string, login: Login, signal: AbortSignal) => ask<Device>("POST", "/api/cameras/look", { url, ...login }, {}, signal, DEVICE_WITHIN_MS),
  add: (order: CameraOrder, login: Login | null) => ask<Camera>("POST", "/api/cameras", { ...order, ...login }, {}, undefined, DEVICE_WITHIN_MS),
  remove: (cameraId: string) => ask<void>("DELETE", `/api/cameras/${part(cameraId)}`),
  stillAddress: (cameraId: string, round: number) => `/api/cameras/${part(cameraId)}/still?round=${round}`,
  calibration: (cameraId: string) => ask<Calibrated>("GET", `/api/cameras/${part(cameraId)}/calibration`),
  tryClicks: (cameraId: string, clicks: Clicks, signal: AbortSignal) =>
    ask<Calibrated>("POST", `/api/cameras/${part(cameraId)}/calibration/try`, clicks, {}, signal),
  keepClicks: (cameraId: string, clicks: Clicks) => ask<Camera>("PUT", `/api/cameras/${part(cameraId)}/calibration`, clicks),
  putMasks: (cameraId: string, before: readonly Mask[], masks: readonly Mask[]) =>
    ask<Camera>("PUT", `/api/cameras/${part(cameraId)}/masks`, { before, masks }),
  owners: () => ask<OwnerList>("GET", "/api/owners"),
  putOwners: (list: OwnerList) => ask<OwnerList>("PUT", "/api/owners", list),
};
