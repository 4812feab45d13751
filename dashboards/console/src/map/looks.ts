// Pure: the colours of venues and of the community's ground, with meaning only.
import { markOf, type Mark } from "../alerts/board";
import type { AlertRecord } from "../room/room";
import type { Camera, CameraCondition, Radio } from "../room/types";
import type { VenueLook } from "./VenueMarker";

export const MARK_COLOURS: Record<Mark, string> = {
  undelivered: "#ff4d4f",
  unacknowledged: "#ffb020",
  acknowledged: "#3fae5a",
  reported: "#2bb6c4",
  child: "#f759ab",
  help: "#ff4d4f",
};

const CALM = "#7f93ad";
const OFF_LINE = "#ff7875";
const GROUND = "#141a22";
/** On line, and what is being said does not arrive. */
export const DEAF: Pick<VenueLook, "fill" | "stroke"> = { fill: "#ffd666", stroke: "#ff4d4f" };

/**
 * How a venue looks: by its radio while all is calm, by its delivery while an alert is shown. `deaf` are the radios that
 * do not hear what is said: one on line stands out, since its guard believes that nothing is.
 */
export function venueLook(
  radios: readonly Radio[],
  alert: AlertRecord | null,
  chosen: boolean,
  deaf: ReadonlySet<string>,
): VenueLook {
  const online = radios.some((radio) => radio.online);
  const deliveries = radios.map((radio) => alert?.deliveries.get(radio.radio_id)).filter((one) => one !== undefined);
  const marks = deliveries.map(markOf);
  const order: Mark[] = ["child", "help", "reported", "acknowledged", "unacknowledged", "undelivered"];
  const mark = order.find((one) => marks.includes(one));
  if (mark !== undefined) {
    const colour = MARK_COLOURS[mark];
    return {
      fill: online ? colour : GROUND,
      stroke: online ? "#0b0f14" : colour,
      online,
      chosen,
      large: mark === "child" || mark === "help",
    };
  }
  if (radios.some((radio) => radio.online && deaf.has(radio.radio_id))) return { ...DEAF, online, chosen, large: true };
  return { fill: online ? CALM : GROUND, stroke: online ? "#0b0f14" : OFF_LINE, online, chosen, large: false };
}

/** How a camera fares: no picture comes; one comes that is no good, or is not kept; nobody knows yet; all is well. */
export type CameraLook = "out" | "poor" | "waiting" | "well";

export const CAMERA_COLOURS: Record<CameraLook, string> = { out: "#ff7875", poor: "#ffd666", waiting: "#8c98a8", well: "#5aa9ff" };
const OUT: readonly CameraCondition[] = ["stalled", "refused", "unreadable", "withheld"];

export function cameraLook(camera: Pick<Camera, "condition" | "picture" | "recorded" | "disk">): CameraLook {
  if (OUT.includes(camera.condition)) return "out";
  if (camera.condition === "connecting") return "waiting";
  return camera.picture !== "clear" || camera.recorded === false || camera.disk !== "ok" ? "poor" : "well";
}

/** What all names have in common before and after what tells them apart is left out: "栖凤第三网格" becomes "三". */
export function shortNames(names: readonly string[]): string[] {
  const [first] = names;
  if (first === undefined || names.length < 2) return [...names];
  let before = 0;
  while (before < first.length && names.every((name) => name[before] === first[before])) before += 1;
  let after = 0;
  const last = (name: string): string | undefined => name[name.length - 1 - after];
  while (names.every((name) => name.length - after > before + 1 && last(name) === last(first))) after += 1;
  return names.map((name) => name.slice(before, name.length - after));
}

export const GROUND_STYLES: Record<string, L.PathOptions> = {
  street: { color: "#39465a", weight: 4, opacity: 1, lineCap: "round" },
  building: { color: "#2c3645", weight: 1, fillColor: "#222b38", fillOpacity: 1 },
  green: { stroke: false, fillColor: "#16291f", fillOpacity: 1 },
  water: { stroke: false, fillColor: "#132a3d", fillOpacity: 1 },
  grid: { color: "#4a5d78", weight: 1, dashArray: "4 4", fill: false },
  boundary: { color: "#6b819f", weight: 2, fill: false },
};
