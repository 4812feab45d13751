// The hub's calls about devices and their credentials.
import { ask, part } from "../room/ask";

export type DeviceKind = "radio" | "camera" | "worker";

export interface DeviceView {
  device_id: string;
  kind: DeviceKind;
  enrolled_at_ms: number | null;
  revoked_at_ms: number | null;
  /** Of a code that waits to be used. */
  code_expires_at_ms: number | null;
  online: boolean | null;
  heard_at_ms: number | null;
}

export interface DeviceCode {
  device_id: string;
  join: string;
  expires_at_ms: number;
}

export const devicesHub = {
  list: () => ask<DeviceView[]>("GET", "/api/devices"),
  makeCodes: (devices: readonly Pick<DeviceView, "kind" | "device_id">[]) =>
    ask<DeviceCode[]>("POST", "/api/devices/codes", {
      devices: devices.map(({ kind, device_id }) => ({ kind, device_id })),
    }),
  revoke: (deviceId: string) => ask<void>("POST", `/api/devices/${part(deviceId)}/revoke`),
};
