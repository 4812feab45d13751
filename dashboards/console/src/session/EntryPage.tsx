// The frame of what is shown before somebody is in: the mark, the name, the language.
import type { ReactNode } from "react";

import { speakLanguage, useLanguage, useTexts } from "../language/language";
import { Mark } from "./Mark";
import "./session.css";

export function EntryPage({ children }: { children: ReactNode }) {
  const texts = useTexts();
  const language = useLanguage((store) => store.language);
  return (
    <div className="entry">
      <button
        type="button"
        className="entry-language"
        data-testid="entry-language"
        onClick={() => speakLanguage(language === "en" ? "zh-CN" : "en")}
      >
        {texts.otherLanguage}
      </button>
      <div className="entry-name">
        <Mark />
        <h1>{texts.product}</h1>
        <p>{texts.signIn.subtitle}</p>
      </div>
      {children}
    </div>
  );
}
