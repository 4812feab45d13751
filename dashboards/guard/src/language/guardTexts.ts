// The phone page's own texts, in the language that the browser's other pages speak too.
import { useLanguage } from "../../../console/src/language/language";
import { en } from "./en";
import { zh, type GuardTexts } from "./zh";

export function useGuardTexts(): GuardTexts {
  return useLanguage((store) => store.language) === "en" ? en : zh;
}
