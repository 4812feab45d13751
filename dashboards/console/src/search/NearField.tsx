// Cameras within a walk of a place, at first of where the person was last seen: a venue, or a point clicked on the map.
import { Button, Select } from "antd";

import { useOpenCase } from "../cases/store";
import { useTexts } from "../language/language";
import type { Walk } from "./near";
import { startPointing, stopPointing, usePointing } from "./pointing";
import type { SearchForm } from "./store";

const WALKS: readonly Walk[] = ["reach", 150, 300, 500, 1000, 2000];

interface Props {
  form: SearchForm;
  venues: { value: string; label: string }[];
  onChange: (form: SearchForm) => void;
}

export function NearField({ form, venues, onChange }: Props) {
  const { searchForm: words } = useTexts();
  const current = useOpenCase();
  const isPointing = usePointing(({ caseId }) => caseId !== null);
  const { place, walk, sinceMs } = form;
  const isPoint = place !== null && "latitude" in place;
  const lacksTime = walk === "reach" && sinceMs === null;
  function changeWalk(chosen: Walk | null): void {
    const venue_id = current?.last_seen_venue_id ?? null;
    onChange({
      ...form,
      walk: chosen,
      place: place ?? (venue_id === null ? null : { venue_id }),
      sinceMs: chosen === "reach" ? (sinceMs ?? current?.last_seen_at_ms ?? null) : sinceMs,
    });
  }
  return (
    <div className="row">
      <span className="field">{words.near}</span>
      <Select
        size="small"
        allowClear
        className="walk"
        data-testid="search-near"
        status={lacksTime ? "warning" : ""}
        title={lacksTime ? words.reachNeedsTime : words.reachHint}
        placeholder={words.any}
        value={walk}
        options={WALKS.map((value) => ({ value, label: value === "reach" ? words.reach : words.metresOnFoot(value) }))}
        onChange={(chosen: Walk | undefined) => changeWalk(chosen ?? null)}
      />
      <Select
        size="small"
        className="grow2"
        data-testid="search-near-venue"
        status={walk !== null && place === null ? "warning" : ""}
        showSearch={{ optionFilterProp: "label" }}
        placeholder={words.nearVenue}
        value={place === null ? null : isPoint ? words.point : place.venue_id}
        options={venues}
        onChange={(venue_id: string) => onChange({ ...form, place: { venue_id } })}
      />
      {current !== null && (
        <Button
          size="small"
          data-testid="search-near-point"
          type={isPointing ? "primary" : "default"}
          onClick={() => (isPointing ? stopPointing() : startPointing(current.case_id))}
        >
          {words.pointAt}
        </Button>
      )}
    </div>
  );
}
