// Search inside the open case: the line, what was understood of it, the form, the hits, the watches.
import { Button, Input } from "antd";
import { useEffect, useState } from "react";

import { errorText, useLanguage, useTexts } from "../language/language";
import { hourAndMinute } from "../language/time";
import { useRoom } from "../room/store";
import type { Case } from "../room/types";
import { leaveTextField } from "../talk/spaceBar";
import { Coverage } from "./Coverage";
import { Hits } from "./Hits";
import { NearChip, useNearWords } from "./NearChip";
import { ChosenPhoto, PhotoKey } from "./Photo";
import { SearchForm } from "./SearchForm";
import { changeSearch, isEmptyQuery, proposeLine, queryOf, runSearch, useSearch, type SearchForm as Form } from "./store";
import { useDescription } from "./useDescription";
import { Watches } from "./Watches";
import { describeParts, describeWords } from "./words";
import "./search.css";

export function SearchPanel({ current }: { current: Case }) {
  const texts = useTexts();
  const language = useLanguage((store) => store.language);
  const search = useSearch(current.case_id);
  const [formShown, setFormShown] = useState(false);
  const described = describeWords(current.description, texts);
  useEffect(() => proposeLine(current.case_id, described), [current.case_id, described]);
  const change = (form: Form): void => changeSearch(current.case_id, { form });
  function go(form: Form): void {
    change(form);
    // The pictures need the room that the form takes.
    setFormShown(false);
    leaveTextField();
    void runSearch(current.case_id, queryOf({ ...search, form }));
  }
  const isEmpty = isEmptyQuery(queryOf(search));

  return (
    <>
      <div className="row search-line">
        <Input
          data-testid="search-line"
          size="large"
          value={search.line}
          placeholder={texts.search.line}
          allowClear
          onChange={(event) => changeSearch(current.case_id, { line: event.target.value })}
          onPressEnter={() => go(search.form)}
        />
        <Button
          data-testid="search-go"
          size="large"
          type="primary"
          loading={search.searching}
          disabled={isEmpty}
          onClick={() => go(search.form)}
        >
          {texts.search.go}
        </Button>
        <PhotoKey caseId={current.case_id} />
        <Button
          data-testid="search-form-toggle"
          size="large"
          aria-expanded={formShown}
          onClick={() => setFormShown(!formShown)}
        >
          {texts.search.form}
        </Button>
      </div>
      <ChosenPhoto caseId={current.case_id} />
      <div className="chips">
        <Understood line={search.line} />
        <NearChip current={current} form={search.form} onChange={change} onSearch={go} />
      </div>
      {formShown && <SearchForm form={search.form} onChange={change} />}
      {search.failure !== null && (
        <div className="failure" role="alert" data-testid="search-failure">
          {errorText(language, search.failure)}
        </div>
      )}
      {search.answer !== null && <Coverage answer={search.answer} />}
      <Watches current={current} query={search.answer?.query ?? (isEmpty ? null : queryOf(search))} />
      <Hits caseId={current.case_id} />
    </>
  );
}

function Understood({ line }: { line: string }) {
  const texts = useTexts();
  const zone = useRoom((room) => room.community.time_zone, "UTC");
  const venues = useRoom((room) => room.venues, null);
  const nearWords = useNearWords();
  const read = useDescription(line);
  if (read === null) return null;
  const words = describeParts(read.description, texts);
  if (read.since_at_ms !== null) words.push(`${texts.search.since} ${hourAndMinute(read.since_at_ms, zone)}`);
  if (read.until_at_ms !== null) words.push(`${texts.search.until} ${hourAndMinute(read.until_at_ms, zone)}`);
  for (const id of read.venue_ids) {
    const name = venues?.get(id)?.name ?? id;
    words.push(read.near?.venue_id === id ? nearWords(read.near) : name);
  }
  return (
    <div className="chips" data-testid="search-chips">
      {words.map((word) => (
        <span key={word} className="chip">
          {word}
        </span>
      ))}
      {read.not_understood.length > 0 && (
        <span className="chip puzzled">
          {texts.search.notUnderstood}：{read.not_understood.join(" ")}
        </span>
      )}
    </div>
  );
}
