// Splits what the hub says once for both readers, "中文 (English)", into the part for one of them.
import type { Language } from "./language";

/** The Chinese before the first half-width parenthesis, the English inside it; a text in one language only stands for both. */
export function detailIn(language: Language, detail: string): string {
  const both = /^(.*?\S)\s*\((.+)\)$/su.exec(detail.trim());
  if (both === null) return detail.trim();
  const [, chinese = "", english = ""] = both;
  return (language === "en" ? english : chinese).trim();
}
