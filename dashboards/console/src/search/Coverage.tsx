// What was searched and what could not be seen, in one line; pressed, which cameras these are.
import { useState } from "react";

import { inLanguage, useLanguage, useTexts } from "../language/language";
import { useRoom } from "../room/store";
import type { SearchAnswer } from "../room/types";
import { useSecond } from "../screen/useSecond";
import { byTimeAway, offLineCounts, offLineWords } from "./unseen";

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
  const masked = coverage.cameras_masked ?? [];
  const deleted = coverage.hours_deleted ?? 0;
  const notComparable = coverage.sightings_not_comparable ?? 0;
  const away = offLineCounts(coverage.cameras_off_line);
  const unseen = [
    ...byTimeAway(coverage.cameras_off_line).map((one) => offLineWords(one, name(one.camera_id), words, zone, nowMs)),
    ...masked.map((one) => words.maskedShare(name(one.camera_id), Math.round(one.share * 100))),
  ];
  return (
    <div className="coverage" data-testid="coverage" title={inLanguage(language, answer.words, answer.words_en)}>
      <div>
        <b data-testid="hit-count" data-value={answer.hits.length}>
          {texts.search.found(answer.hits.length, answer.search_ms.toFixed(answer.search_ms < 10 ? 1 : 0))}
        </b>
        <span>{texts.search.coverage(coverage.cameras_searched, coverage.sightings_considered)}</span>
        {unseen.length > 0 && (
          <button type="button" className="puzzled" data-testid="coverage-unseen" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
            {[
              ...(away.now > 0 ? [texts.search.offLine(away.now)] : []),
              ...(away.before > 0 ? [words.wasOffLine(away.before)] : []),
              ...(masked.length > 0 ? [words.masked(masked.length)] : []),
            ].join(words.and) || words.wasOffLine(unseen.length)}
            {isOpen ? " ▴" : " ▾"}
          </button>
        )}
        {notComparable > 0 && <span className="puzzled">{words.notComparable(notComparable)}</span>}
        {deleted > 0 && <span className="puzzled">{words.hoursDeleted(deleted)}</span>}
        {coverage.frames_shed > 0 && (
          <span className="puzzled" title={words.shedHint}>
            {texts.search.shed(coverage.frames_shed)}
          </span>
        )}
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
