// Recorded calls: what to look for above, the bursts found, the one that plays below.
import { Button, Table } from "antd";
import { useCallback, useEffect, useState } from "react";

import { useAnswer } from "../../browser/useAnswer";
import { errorText, useLanguage, useTexts } from "../../language/language";
import type { Burst } from "../../room/room";
import { useRoom } from "../../room/store";
import { useBurstColumns } from "./columns";
import { recordingsHub, type RecordedBurst } from "./hub";
import { Player } from "./Player";
import { EVERYTHING, type BurstQuery } from "./query";
import { SearchBar } from "./SearchBar";

const NO_BURSTS: readonly Burst[] = [];

export function Recordings() {
  const texts = useTexts();
  const words = texts.recordings;
  const language = useLanguage((store) => store.language);
  const [asked, setAsked] = useState<{ query: BurstQuery; before: number | null }>({ query: EVERYTHING, before: null });
  const [talker, setTalker] = useState<RecordedBurst | null>(null);
  const [chosenId, setChosenId] = useState<number | null>(null);
  const [chosen, setChosen] = useState<RecordedBurst | null>(null);
  const load = useCallback(() => recordingsHub.page(asked.query, asked.before), [asked]);
  const page = useAnswer(load);
  const { again } = page;
  const [newest] = useRoom((room) => room.bursts, NO_BURSTS);
  const latest = newest === undefined ? "" : `${newest.burst_id} ${newest.ended}`;
  const isFirst = asked.before === null;
  // What is said meanwhile comes into the first page by itself.
  useEffect(() => {
    if (isFirst && latest !== "") again();
  }, [isFirst, latest, again]);

  const items = page.value?.items ?? [];
  const next = page.value?.before ?? null;
  const shown = items.find((one) => one.burst_id === chosenId) ?? chosen;

  function find(query: BurstQuery): void {
    setAsked({ query, before: null });
  }

  function choose(burst: RecordedBurst): void {
    setChosenId(burst.burst_id);
    setChosen(burst);
  }

  const columns = useBurstColumns({
    chosenId,
    onChoose: choose,
    onTalker: (burst) => {
      setTalker(burst);
      find({ ...asked.query, talkerId: burst.talker_id });
    },
  });
  const isNarrowed = Object.values(asked.query).some((value) => value !== null);
  return (
    <section className="recordings" data-testid="recordings">
      <p className="recordings-words">{words.words}</p>
      <SearchBar query={asked.query} talkerName={talker?.talker_name ?? ""} onFind={find} onRefresh={again} />
      {page.failure !== null && (
        <div className="failure" role="alert">
          {errorText(language, page.failure)}
        </div>
      )}
      <Table<RecordedBurst>
        data-testid="recordings-table"
        size="small"
        rowKey="burst_id"
        loading={page.loading && page.value === null}
        dataSource={items}
        locale={{ emptyText: page.value === null ? " " : isNarrowed ? words.noneFound : words.none }}
        pagination={false}
        sticky
        rowClassName={(burst) => (burst.burst_id === chosenId ? "is-chosen" : "")}
        onRow={(burst) => ({ onClick: () => choose(burst) })}
        columns={columns}
      />
      <div className="recordings-pages">
        {!isFirst && (
          <Button data-testid="recordings-newest" onClick={() => find(asked.query)}>
            {words.newest}
          </Button>
        )}
        {(next !== null || !isFirst) && (
          <Button data-testid="recordings-older" disabled={next === null || page.loading} onClick={() => setAsked({ ...asked, before: next })}>
            {next === null ? words.noMore : words.older}
          </Button>
        )}
      </div>
      <Player key={shown?.burst_id} burst={shown} />
    </section>
  );
}
