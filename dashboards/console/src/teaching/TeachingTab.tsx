// What describes people here and how far the stored sightings are described by it; how learning on site stands.
import { useEffect } from "react";

import { useAnswer } from "../browser/useAnswer";
import { errorText, useLanguage, useTexts } from "../language/language";
import { Describing } from "./Describing";
import { teachingHub } from "./hub";
import { Learning } from "./Learning";
import "./teaching.css";

const ANEW_EVERY_MS = 5_000;

export function TeachingTab() {
  const language = useLanguage((store) => store.language);
  const { teaching: words } = useTexts();
  const describing = useAnswer(teachingHub.describing);
  const teaching = useAnswer(teachingHub.teaching);
  const { again: describingAgain } = describing;
  const { again: teachingAgain } = teaching;
  useEffect(() => {
    const timer = setInterval(() => {
      describingAgain();
      teachingAgain();
    }, ANEW_EVERY_MS);
    return () => clearInterval(timer);
  }, [describingAgain, teachingAgain]);
  const failure = describing.failure ?? teaching.failure;
  return (
    <section className="teaching" data-testid="teaching">
      <p className="administration-words">{words.words}</p>
      {failure !== null && <div className="failure">{errorText(language, failure)}</div>}
      {describing.value !== null && <Describing key={describing.value.describer} now={describing.value} />}
      {teaching.value !== null && <Learning state={teaching.value} again={teachingAgain} />}
    </section>
  );
}
