// The watches of the case: start one with the query on the screen, see and stop those that run.
import { Button } from "antd";
import { useState } from "react";

import { errorText, useLanguage, useTexts } from "../language/language";
import { hub } from "../room/hub";
import type { WatchHit } from "../room/room";
import { useRoom } from "../room/store";
import type { Camera, Case, Query, Watch } from "../room/types";
import { blindNow } from "./unseen";
import { watchWords } from "./words";

const NO_CAMERAS: ReadonlyMap<string, Camera> = new Map();
const NO_WATCH_HITS: readonly WatchHit[] = [];

export function Watches({ current, query }: { current: Case; query: Query | null }) {
  const texts = useTexts();
  const language = useLanguage((store) => store.language);
  const [failure, setFailure] = useState<unknown>(null);
  const [isAsking, setAsking] = useState(false);
  const running = current.watches.filter((watch) => watch.ended_at_ms === null);

  const cameras = useRoom((room) => room.cameras, NO_CAMERAS);
  const watchHits = useRoom((room) => room.watchHits, NO_WATCH_HITS);
  const blind = [...new Set(running.flatMap((watch) => blindNow(watch.query, cameras.values())))];
  const on = new Set(running.map((watch) => watch.watch_id));
  const leftOut = watchHits.reduce((sum, hit) => sum + (on.has(hit.watch_id) ? (hit.left_out ?? 0) : 0), 0);

  const wordsOf = (watch: Watch): string => watchWords(watch, language, texts);

  async function tell(doing: Promise<unknown>): Promise<void> {
    setFailure(null);
    setAsking(true);
    await doing.catch((error: unknown) => setFailure(error));
    setAsking(false);
  }

  return (
    <div className="watches">
      <Button
        data-testid="watch-start"
        size="small"
        disabled={query === null || isAsking}
        onClick={() => query !== null && void tell(hub.startWatch(current.case_id, query))}
      >
        {texts.search.watch}
      </Button>
      {running.map((watch) => (
        <span key={watch.watch_id} className="chip watch" data-testid="watch">
          <span title={wordsOf(watch)}>
            {texts.search.watching}：{wordsOf(watch)}
          </span>
          <button type="button" disabled={isAsking} onClick={() => void tell(hub.endWatch(current.case_id, watch.watch_id))}>
            {texts.search.stopWatch}
          </button>
        </span>
      ))}
      {blind.length > 0 && (
        <span className="puzzled" data-testid="watch-blind" title={blind.map((one) => one.name).join(" ")}>
          {texts.searchForm.watchBlind(blind.length)}
        </span>
      )}
      {leftOut > 0 && (
        <span className="puzzled" data-testid="watch-left-out">
          {texts.searchForm.watchLeftOut(leftOut)}
        </span>
      )}
      {failure !== null && <span className="failure">{errorText(language, failure)}</span>}
    </div>
  );
}
