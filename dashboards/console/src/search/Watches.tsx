// The watches of the case: start one with the query on the screen, see and stop those that run.
import { Button } from "antd";
import { useState } from "react";

import { errorText, useLanguage, useTexts } from "../language/language";
import { hub } from "../room/hub";
import type { Case, Query, Watch } from "../room/types";
import { describeWords } from "./words";

export function Watches({ current, query }: { current: Case; query: Query | null }) {
  const texts = useTexts();
  const language = useLanguage((store) => store.language);
  const [failure, setFailure] = useState<unknown>(null);
  const running = current.watches.filter((watch) => watch.ended_at_ms === null);

  // The hub keeps a watch's words in Chinese only.
  const wordsOf = (watch: Watch): string =>
    (language === "en" ? describeWords(watch.query.description ?? null, texts) : "") || watch.words;

  async function tell(doing: Promise<unknown>): Promise<void> {
    setFailure(null);
    await doing.catch((error: unknown) => setFailure(error));
  }

  return (
    <div className="watches">
      <Button
        data-testid="watch-start"
        size="small"
        disabled={query === null}
        onClick={() => query !== null && void tell(hub.startWatch(current.case_id, query))}
      >
        {texts.search.watch}
      </Button>
      {running.map((watch) => (
        <span key={watch.watch_id} className="chip watch" data-testid="watch">
          <span title={wordsOf(watch)}>
            {texts.search.watching}：{wordsOf(watch)}
          </span>
          <button type="button" onClick={() => void tell(hub.endWatch(current.case_id, watch.watch_id))}>
            {texts.search.stopWatch}
          </button>
        </span>
      ))}
      {failure !== null && <span className="failure">{errorText(language, failure)}</span>}
    </div>
  );
}
