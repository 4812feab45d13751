// Opens a case: everything is filled in for a missing child, so that one click and one line are enough.
import { Button, Input, Select } from "antd";
import { useState } from "react";

import { errorText, useLanguage, useTexts } from "../language/language";
import { hub } from "../room/hub";
import { PressKey } from "../room/pressKey";
import { useRoom } from "../room/store";
import { CASE_KINDS, type CaseKind, type Venue } from "../room/types";
import { changeSearch, runSearch } from "../search/store";
import { TimeField } from "../search/TimeField";
import { useMay } from "../session/store";
import { showOpened } from "./store";

const NO_VENUES: ReadonlyMap<string, Venue> = new Map();

export function OpenCaseForm({ onCancel }: { onCancel: (() => void) | null }) {
  const texts = useTexts();
  const language = useLanguage((store) => store.language);
  const venues = useRoom((room) => room.venues, NO_VENUES);
  const searches = useMay("search_footage");
  const [kind, setKind] = useState<CaseKind>("missing_person");
  const [title, setTitle] = useState<string | null>(null);
  const [purpose, setPurpose] = useState<string | null>(null);
  const [lastSeenMs, setLastSeenMs] = useState<number | null>(null);
  const [venueId, setVenueId] = useState<string | null>(null);
  const [line, setLine] = useState("");
  const [opening, setOpening] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const [press] = useState(() => new PressKey());
  const shownTitle = title ?? texts.cases.kind[kind];
  const shownPurpose = purpose ?? (kind === "missing_person" ? texts.cases.defaultPurpose : "");

  async function open(): Promise<void> {
    if (opening) return;
    setOpening(true);
    setFailure(null);
    const order = {
      kind,
      title: shownTitle.trim(),
      purpose: shownPurpose.trim(),
      ...(lastSeenMs === null ? {} : { last_seen_at_ms: lastSeenMs }),
      ...(venueId === null ? {} : { last_seen_venue_id: venueId }),
      ...(line.trim() === "" ? {} : { description_text: line.trim() }),
    };
    try {
      const opened = await hub.openCase(order, press.of(order));
      press.done();
      const shown = showOpened(opened.case_id);
      if (line.trim() !== "" && searches) {
        changeSearch(opened.case_id, { line: line.trim() });
        await runSearch(opened.case_id, { text: line.trim(), limit: 50 });
      }
      await shown;
    } catch (error) {
      setFailure(error);
      setOpening(false);
    }
  }

  return (
    <div className="open-case">
      <p className="hint">{texts.cases.none}</p>
      <label>
        <span className="field">{texts.cases.caseTitle}</span>
        <div className="row">
          <Select
            className="kind"
            value={kind}
            onChange={(value: CaseKind) => setKind(value)}
            options={CASE_KINDS.map((value) => ({ value, label: texts.cases.kind[value] }))}
          />
          <Input data-testid="case-title" value={shownTitle} onChange={(event) => setTitle(event.target.value)} />
        </div>
      </label>
      <label>
        <span className="field">{texts.cases.line}</span>
        <Input
          data-testid="case-line"
          size="large"
          value={line}
          placeholder={texts.cases.lineExample}
          onChange={(event) => setLine(event.target.value)}
          onPressEnter={() => void open()}
        />
      </label>
      <div className="row">
        <label className="grow">
          <span className="field">{texts.cases.lastSeenTime}</span>
          <TimeField value={lastSeenMs} onChange={setLastSeenMs} testid="case-last-seen" />
        </label>
        <label className="grow2">
          <span className="field">{texts.cases.lastSeenVenue}</span>
          <Select
            className="wide"
            allowClear
            showSearch={{ optionFilterProp: "label" }}
            placeholder={texts.cases.chooseVenue}
            value={venueId}
            onChange={(value: string | undefined) => setVenueId(value ?? null)}
            options={[...venues.values()].map((venue) => ({ value: venue.venue_id, label: venue.name }))}
          />
        </label>
      </div>
      <label>
        <span className="field">{texts.cases.purpose}</span>
        <Input data-testid="case-purpose" value={shownPurpose} onChange={(event) => setPurpose(event.target.value)} />
      </label>
      {failure !== null && (
        <div className="failure" role="alert">
          {errorText(language, failure)}
        </div>
      )}
      <div className="row end">
        {onCancel !== null && <Button onClick={onCancel}>{texts.cases.cancel}</Button>}
        <Button data-testid="case-open" type="primary" size="large" loading={opening} onClick={() => void open()}>
          {texts.cases.open}
        </Button>
      </div>
    </div>
  );
}
