// What the event list says in English of each reason for which the hub refuses something: what it was, and what to do.
import type { RefusedReason } from "../room/items";
import { plural } from "./plural";

const messages = (n: number): string => plural(n, "message");

export const enRefusals: Record<RefusedReason, (device: string, count: number) => string> = {
  forged: (device, n) =>
    `Somebody spoke for ${device} (${messages(n)}): refused. Ask its holder at once; if in doubt, have it revoked in Administration › Devices.`,
  replayed: (device, n) =>
    `Old words of ${device} came again (${messages(n)}): refused, nothing changed. If it goes on, have the network searched for a strange device.`,
  former_key: (device, n) =>
    `${device} used the credential it had before (${messages(n)}): refused. It passes while a credential is renewed; if it stays, somebody may have a copy: revoke and enrol anew.`,
  unknown_device: (device, n) =>
    `${device} is not enrolled (${messages(n)} refused). If it is ours, make a code in Administration › Devices; if not, find where it is connected.`,
  not_allowed: (device, n) => `${device} said what it may not (${messages(n)}): refused. If it goes on, have the device or account looked at.`,
  flooding: (device, n) => `${device} says too much: ${messages(n)} dropped. Have its holder restart it; if it goes on it is shut out for a minute.`,
  cut_off: (device) =>
    `${device} said too much or spoke for others: shut out for a minute, in which it hears no call and no alert. Telephone that venue, and have the device looked at.`,
  overloaded: (device, n) => `Too much for the hub: ${messages(n)} of ${device} not taken; what matters is said again. If it goes on, tell the administrator.`,
  broker_away: (_, n) =>
    `The hub has no line to the broker: ${messages(n)} not sent. Calls and alerts may not reach the radios: telephone, and tell the administrator at once.`,
  broker_refuses: (_, n) =>
    `The broker refused ${messages(n)} of the hub, which sends alerts again. Calls and alerts may not reach the radios: telephone, and tell the administrator at once.`,
  wrong_pin: (device, n) => `Wrong PIN at ${device}, ${n === 1 ? "once" : `${n} times`}. Ask who holds it; an administrator sets a forgotten PIN anew.`,
  malformed: (device, n) => `${messages(n)} of ${device} could not be read: dropped. Have its program updated.`,
  oversized: (device, n) => `${messages(n)} of ${device} too large: dropped. Have its program looked at.`,
  retained: (device, n) => `${device} left ${messages(n)} on the broker that must not stay there: dropped. Have its program updated.`,
  bad_topic: (_, n) => `${messages(n)} to an address that there is not: dropped. Check that newly connected devices are of this system.`,
  unknown_alert: (device, n) => `${device} answered an alert that was not its own (${messages(n)}): not taken. If it goes on, tell the administrator.`,
  unknown_camera: (device, n) => `Worker ${device} told of a camera that is not enrolled (${messages(n)}): dropped. Normal just after a camera was removed.`,
  store_failed: (_, n) => `${plural(n, "sighting")} could not be written: searches miss them. Have the administrator check the disk at once.`,
  no_floor: (device, n) => `${device} spoke without the floor: ${plural(n, "voice packet")} not passed on. Remind its holder to wait for the tone.`,
  too_many_messages: (person, n) =>
    `The console of ${person} said too much and was closed, ${n === 1 ? "once" : `${n} times`}; it comes back by itself. If it goes on, close windows and tell the administrator.`,
  too_many_lines: (person, n) =>
    `${person} has too many windows open: the oldest was closed (${n}). Close those not used; if somebody else opened them, change the password now.`,
};
