// Pure: how a device stands with the hub.
import type { DeviceView } from "./hub";

export type DeviceState = "not_enrolled" | "code_given" | "enrolled" | "revoked";

export const DEVICE_STATES: readonly DeviceState[] = ["not_enrolled", "code_given", "enrolled", "revoked"];

export const STATE_TONE: Record<DeviceState, string> = {
  not_enrolled: "state-calm",
  code_given: "state-wait",
  enrolled: "state-good",
  revoked: "state-bad",
};

export function stateOf(device: DeviceView): DeviceState {
  const isIn = device.enrolled_at_ms !== null && device.revoked_at_ms === null;
  if (isIn) return "enrolled";
  if (device.code_expires_at_ms !== null) return "code_given";
  return device.revoked_at_ms === null ? "not_enrolled" : "revoked";
}
