// Pure: the detail of an audit record on one line, the values that say something, in the order the hub wrote them.
import type { Texts } from "../language/zh";

/** "设备 R001 · 类别 radio"; what is empty is left out, and so is what is nested deeper than a list of names. */
export function detailWords(detail: unknown, words: Texts["audit"]): string {
  if (detail === null || typeof detail !== "object") return detail === null ? "" : String(detail);
  return Object.entries(detail)
    .map(([name, value]): string => {
      const said = typeof value === "boolean" ? (value ? words.yes : words.no) : valueWords(value);
      return said === "" ? "" : `${words.fields[name] ?? name} ${said}`;
    })
    .filter((words) => words !== "")
    .join(" · ");
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
