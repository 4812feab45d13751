// Where keys are letters and not commands.

const TEXT_TYPES = ["text", "search", "tel", "url", "email", "password", "number"];

/** True where the space bar is a letter: text fields, and lists that are open for typing. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.getAttribute("role") === "combobox") return target.getAttribute("aria-expanded") === "true";
  if (target instanceof HTMLInputElement) return TEXT_TYPES.includes(target.type);
  return target instanceof HTMLTextAreaElement || target.isContentEditable;
}

/** True where a letter or digit means something of its own: also in a list that opens when one types. */
export function isField(target: EventTarget | null): boolean {
  return isTyping(target) || (target instanceof HTMLElement && target.getAttribute("role") === "combobox");
}
