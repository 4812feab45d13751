// What was searched and what could not be seen, in one line; pressed, which cameras these are.
import { useState } from "react";

import { inLanguage, useLanguage, useTexts } from "../language/language";
import { useRoom } from "../room/store";
import type { SearchAnswer } from "../room/types";
import { useSecond } from "../screen/useSecond";
import { unseenInShort, unseenLines } from "./unseen";

export function Coverage({ answer }: { answer: SearchAnswer }) {
  const texts = useTexts();
  const words = texts.searchForm;
  const language = useLanguage((store) => store.language);
  const cameras = useRoom((room) => room.cameras, null);
  const zone = useRoom((room) => room.community.time_zone, "UTC");
  const nowMs = useSecond();
  const [isOpen, setOpen] = useState(false);
  const { coverage } = answer;
  const name = (cameraId: string): string => cameras?.get(cameraId)?.name ?? cameraId;
  const deleted = coverage.hours_deleted ?? 0;
  const notComparable = coverage.sightings_not_comparable ?? 0;
  const unseen = unseenLines(coverage, name, { texts, zone, nowMs });
  return (
    <div className="coverage" data-testid="coverage" title={inLanguage(language, answer.words, answer.words_en)}>
      <div>
        <b data-testid="hit-count" data-value={answer.hits.length}>
          {texts.search.found(answer.hits.length, answer.search_ms.toFixed(answer.search_ms < 10 ? 1 : 0))}
        </b>
        <span>{texts.search.coverage(coverage.cameras_searched, coverage.sightings_considered)}</span>
        {unseen.length > 0 && (
          <button type="button" className="puzzled" data-testid="coverage-unseen" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
            {unseenInShort(coverage, texts) || words.wasShortly(unseen.length)}
            {isOpen ? " ▴" : " ▾"}
          </button>
        )}
        {notComparable > 0 && <span className="puzzled">{words.notComparable(notComparable)}</span>}
        {deleted > 0 && <span className="puzzled">{words.hoursDeleted(deleted)}</span>}
      </div>
      {isOpen && (
        <ul>
          {unseen.map((one) => (
            <li key={one}>{one}</li>
          ))}
        </ul>
      )}
    </div>
  );
}
