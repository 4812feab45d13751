// Cameras within a walk of a venue, at first of where the person was last seen, and how many these are.
import { Select } from "antd";
import { useEffect, useState } from "react";

import { useOpenCase } from "../cases/store";
import { errorText, useLanguage, useTexts } from "../language/language";
import { hub } from "../room/hub";
import type { Near } from "../room/types";
import type { SearchForm } from "./store";

const WALKS_M = [150, 300, 500, 1000, 2000];

interface Props {
  form: SearchForm;
  venues: { value: string; label: string }[];
  onChange: (form: SearchForm) => void;
}

export function NearField({ form, venues, onChange }: Props) {
  const { searchForm: words } = useTexts();
  const lastSeenVenueId = useOpenCase()?.last_seen_venue_id ?? null;
  const [walkM, setWalkM] = useState(form.near?.within_m);
  const [venueId, setVenueId] = useState(form.near?.venue_id ?? lastSeenVenueId);
  function change(within_m: number | undefined, venue_id: string | null): void {
    setWalkM(within_m);
    setVenueId(venue_id);
    onChange({ ...form, near: within_m === undefined || venue_id === null ? null : { venue_id, within_m } });
  }
  return (
    <div className="row">
      <span className="field">{words.near}</span>
      <Select
        size="small"
        allowClear
        className="walk"
        data-testid="search-near"
        placeholder={words.any}
        value={walkM}
        options={WALKS_M.map((value) => ({ value, label: words.metresOnFoot(value) }))}
        onChange={(within_m: number | undefined) => change(within_m, venueId)}
      />
      <Select
        size="small"
        className="grow2"
        data-testid="search-near-venue"
        disabled={walkM === undefined}
        status={walkM !== undefined && venueId === null ? "warning" : ""}
        showSearch={{ optionFilterProp: "label" }}
        placeholder={words.nearVenue}
        value={venueId}
        options={venues}
        onChange={(venue_id: string) => change(walkM, venue_id)}
      />
      {form.near !== null && <CamerasNear near={form.near} />}
    </div>
  );
}

/** How many cameras are asked, or why none. */
function CamerasNear({ near }: { near: Near }) {
  const { searchForm: words } = useTexts();
  const language = useLanguage((store) => store.language);
  const [told, setTold] = useState<{ near: Near; cameras: number; failure: unknown } | null>(null);
  useEffect(() => {
    const stop = new AbortController();
    hub.camerasNear(near, stop.signal).then(
      ({ camera_ids }) => setTold({ near, cameras: camera_ids.length, failure: null }),
      (failure: unknown) => {
        if (!stop.signal.aborted) setTold({ near, cameras: 0, failure });
      },
    );
    return () => stop.abort();
  }, [near]);
  if (told === null || told.near !== near) return null;
  const { cameras, failure } = told;
  return (
    <span className={failure === null ? "" : "puzzled"} title={failure === null ? "" : errorText(language, failure)} data-testid="search-near-cameras" data-value={cameras}>
      {words.camerasNear(cameras)}
    </span>
  );
}
