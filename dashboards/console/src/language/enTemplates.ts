// The texts in English of prepared alerts.
import type { Texts } from "./zh";

export const enTemplates: Texts["templates"] = {
  words: "Each template is a key when an alert is written; what stands in braces, {衣着}, is a blank to fill. An open case fills what it knows.",
  none: "No templates yet",
  name: "Name",
  text: "Words",
  severity: "Severity",
  target: "For whom",
  status: "Status",
  blankHint: "Leave a blank in braces, such as: missing child, {clothes}, {height}.",
  blanks: (names) => `Blanks to fill: ${names}`,
  add: "New template",
  change: "Change",
  remove: "Remove",
  removeAsk: (name) => `Remove the template “${name}”?`,
  forward: "Move up",
  taken: "There is a template of this name",
};
