// The language the console speaks: Chinese first, English second; remembered in this browser.
import { create } from "zustand";

import { recall, remember } from "../browser/memory";
import { HubError } from "../room/ask";
import { en } from "./en";
import { zh, type Texts } from "./zh";

export type Language = "zh-CN" | "en";

const KEPT_AS = "qianshao.language";
const TEXTS: Record<Language, Texts> = { "zh-CN": zh, en };

interface LanguageStore {
  language: Language;
}

export const useLanguage = create<LanguageStore>(() => {
  const language = recall(KEPT_AS) === "en" ? "en" : "zh-CN";
  document.documentElement.lang = language;
  return { language };
});

export function speakLanguage(language: Language): void {
  remember(KEPT_AS, language);
  document.documentElement.lang = language;
  useLanguage.setState({ language });
}

export function useTexts(): Texts {
  return TEXTS[useLanguage((store) => store.language)];
}

/** The one of two texts that is in the chosen language. */
export function inLanguage(language: Language, chinese: string, english: string): string {
  return language === "en" ? english : chinese;
}

/** What went wrong, in the chosen language: the hub's own words where it gave some. */
export function errorText(language: Language, error: unknown): string {
  if (error instanceof HubError) return inLanguage(language, error.message_zh, error.message_en);
  return error instanceof Error ? error.message : String(error);
}
