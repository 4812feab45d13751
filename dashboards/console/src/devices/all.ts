// Pure: every device there is: the hub lists those with a credential or a code, the room the rest.
import type { Room } from "../room/room";
import type { DeviceKind, DeviceView } from "./hub";

/** By name, radios first. */
export function allDevices(listed: readonly DeviceView[], room: Pick<Room, "radios" | "cameras">): DeviceView[] {
  const known = new Set(listed.map((one) => one.device_id));
  const unlisted = [
    ...[...room.radios.values()].map((one) => blank("radio", one.radio_id, one.online, one.heard_at_ms)),
    ...[...room.cameras.keys()].map((id) => blank("camera", id, null, null)),
  ].filter((one) => !known.has(one.device_id));
  const order: DeviceKind[] = ["radio", "camera", "worker"];
  return [...listed, ...unlisted].sort(
    (a, b) => order.indexOf(a.kind) - order.indexOf(b.kind) || a.device_id.localeCompare(b.device_id),
  );
}

const blank = (kind: DeviceKind, deviceId: string, online: boolean | null, heardAtMs: number | null): DeviceView => ({
  device_id: deviceId,
  kind,
  enrolled_at_ms: null,
  revoked_at_ms: null,
  code_expires_at_ms: null,
  online,
  heard_at_ms: heardAtMs,
});
