// Pure: a camera that is being enrolled, by its device or by the addresses of its streams, until it is sent.
import type { Place } from "./clicks";

export type Transport = "tcp" | "udp";

/** Who asks a camera. The password comes from its field when it is sent, and is kept nowhere else. */
export interface Login {
  user: string;
  password: string;
}

export interface Enrolling {
  readonly by: "search" | "address";
  /** Of the device that was chosen; null: none yet. */
  readonly device: string | null;
  readonly main: string;
  readonly sub: string;
  readonly transport: Transport;
  readonly name: string;
  readonly venueId: string | null;
  /** Null: the police's own. */
  readonly ownerId: string | null;
  readonly place: Place | null;
}

export const NEW_CAMERA: Enrolling = {
  by: "search",
  device: null,
  main: "",
  sub: "",
  transport: "tcp",
  name: "",
  venueId: null,
  ownerId: null,
  place: null,
};

/** As the hub reads it (docs/api.md), but for who asks. */
export interface CameraOrder {
  name: string;
  url: string;
  sub_url: string | null;
  transport: Transport;
  venue_id: string | null;
  owner_id: string | null;
  latitude: number | null;
  longitude: number | null;
}

const STREAM = /^(rtsps?|https?):\/\/[^/\s]+/i;
const WEBCAM = /^v4l2:\/dev\/video\d{1,3}$/;
const DEVICE = /^onvif:\/\/[^/\s]+/i;

export type AddressFault = "none" | "not_one" | "has_password" | "is_device";

/** What is wrong with an address; a device's, which tells both streams, is none of a sub stream. */
export function addressFault(address: string, stream: "main" | "sub"): AddressFault {
  const text = address.trim();
  if (WEBCAM.test(text)) return "none";
  if (!STREAM.test(text) && !DEVICE.test(text)) return "not_one";
  if (/^[^/]*\/\/[^/?#]*@/.test(text)) return "has_password";
  return stream === "sub" && DEVICE.test(text) ? "is_device" : "none";
}

/** Whether the device behind this address is asked for its streams. */
export const isDevice = (address: string): boolean => DEVICE.test(address.trim());

/** Whether all is said that is needed. */
export function isComplete(camera: Enrolling): boolean {
  if (camera.name.trim() === "") return false;
  if (camera.by === "search") return camera.device !== null;
  if (addressFault(camera.main, "main") !== "none") return false;
  return isDevice(camera.main) || camera.sub.trim() === "" || addressFault(camera.sub, "sub") === "none";
}

/** What is sent. */
export function orderOf(camera: Enrolling): CameraOrder {
  const main = camera.by === "search" ? (camera.device ?? "") : camera.main.trim();
  const sub = camera.by === "search" || isDevice(main) ? "" : camera.sub.trim();
  return {
    name: camera.name.trim(),
    url: main,
    sub_url: sub === "" ? null : sub,
    transport: camera.by === "search" ? "tcp" : camera.transport,
    venue_id: camera.venueId,
    owner_id: camera.ownerId,
    latitude: camera.place?.[0] ?? null,
    longitude: camera.place?.[1] ?? null,
  };
}

/** The addresses that are to be asked, as somebody wrote them: between spaces, commas or lines. */
export const addressesOf = (written: string): string[] => [...new Set(written.split(/[\s,，;；、]+/).filter((one) => one !== ""))];
