// Pure: the detail of an audit record on one line, the values that say something, in the order the hub wrote them.
import type { Texts } from "../language/zh";
import type { Opening, Shift } from "../shifts/hub";
import { dayAndTime } from "../language/time";
import { weekliesOf, weeklyWords } from "../shifts/week";

/** "设备 R001 · 类别 radio"; what is empty is left out, and so is what is nested deeper than a list of names. */
export function detailWords(detail: unknown, texts: Texts, zone: string): string {
  if (detail === null || typeof detail !== "object") return detail === null ? "" : String(detail);
  return Object.entries(detail)
    .map(([name, value]): string => {
      const said = fieldWords(name, value, texts, zone);
      return said === "" ? "" : `${texts.audit.fields[name] ?? name} ${said}`;
    })
    .filter((words) => words !== "")
    .join(" · ");
}

/** What is no name is said in words: times, weekly times, roles, kinds of devices. */
function fieldWords(name: string, value: unknown, texts: Texts, zone: string): string {
  if (name.endsWith("_ms") && name !== "search_ms" && typeof value === "number") return dayAndTime(value, zone);
  if (typeof value === "boolean") return value ? texts.audit.yes : texts.audit.no;
  if (name === "openings" && Array.isArray(value)) {
    return weekliesOf(value as Opening[])
      .map((one) => weeklyWords(one, texts.week))
      .join(texts.comma);
  }
  if (name === "shifts" && Array.isArray(value)) {
    return (value as Shift[]).map((one) => `${one.place.place_id ?? ""} ${weeklyWords(one, texts.week)}`).join(texts.comma);
  }
  if (name === "kind" && typeof value === "string") return (texts.devices.kind as Record<string, string>)[value] ?? value;
  return valueWords(value);
}

/** Names of a long list that are said one by one. */
const NAMED = 3;

function valueWords(value: unknown): string {
  if (value === null || value === undefined || value === "") return "";
  if (Array.isArray(value)) {
    const named = value.slice(0, NAMED).map(valueWords).filter((words) => words !== "");
    return value.length > NAMED ? `${named.join(", ")} … (${value.length})` : named.join(", ");
  }
  if (typeof value === "object") {
    return Object.values(value)
      .filter((inner) => inner !== null && typeof inner !== "object")
      .join(" ");
  }
  return String(value);
}
