// Around what place is searched, and how many cameras these are; before that one key for where the case says he was last seen.
import { useEffect, useState } from "react";

import { errorText, useLanguage, useTexts } from "../language/language";
import { hourAndMinute } from "../language/time";
import { hub } from "../room/hub";
import { useRoom } from "../room/store";
import type { Case, Near } from "../room/types";
import { lastSeenOf, nearOf } from "./near";
import type { SearchForm } from "./store";

interface Props {
  current: Case;
  form: SearchForm;
  onChange: (form: SearchForm) => void;
  /** Search with this form. */
  onSearch: (form: SearchForm) => void;
}

export function NearChip({ current, form, onChange, onSearch }: Props) {
  const { searchForm: words } = useTexts();
  const near = nearOf(form);
  const nearWords = useNearWords();
  const lastSeen = lastSeenOf(current);
  const proposed = lastSeen === null ? null : nearOf(lastSeen);
  if (near === null) {
    if (lastSeen === null || proposed === null) return null;
    return (
      <button type="button" className="chip offered" data-testid="search-last-seen" title={words.reachHint} onClick={() => onSearch({ ...form, ...lastSeen })}>
        {words.fromLastSeen(nearWords(proposed))}
      </button>
    );
  }
  return (
    <span className="chip near" data-testid="search-near-chip">
      <span>{nearWords(near)}</span> <CamerasNear near={near} untilMs={form.untilMs} />
      <button type="button" aria-label={words.anywhere} title={words.anywhere} onClick={() => onChange({ ...form, walk: null })}>
        ×
      </button>
    </span>
  );
}

/** A walk around a place in words, as a chip has it. */
export function useNearWords(): (near: Near) => string {
  const { searchForm: words } = useTexts();
  const venues = useRoom((room) => room.venues, null);
  const zone = useRoom((room) => room.community.time_zone, "UTC");
  return ({ venue_id, within_m, since_at_ms }) => {
    const place = typeof venue_id === "string" ? (venues?.get(venue_id)?.name ?? venue_id) : words.point;
    if (typeof since_at_ms === "number") return words.reachFrom(place, hourAndMinute(since_at_ms, zone));
    return words.nearBy(place, within_m ?? 0);
  };
}

/** How many cameras are asked, or why none; of who walks on it is asked anew as the texts are drawn anew. */
function CamerasNear({ near: { venue_id, latitude, longitude, within_m, since_at_ms }, untilMs }: { near: Near; untilMs: number | null }) {
  const { searchForm: words } = useTexts();
  const language = useLanguage((store) => store.language);
  const asked = JSON.stringify({ venue_id, latitude, longitude, within_m, since_at_ms, until_at_ms: untilMs });
  const [told, setTold] = useState<{ asked: string; cameras: number; failure: unknown } | null>(null);
  useEffect(() => {
    const stop = new AbortController();
    hub.camerasNear(JSON.parse(asked) as Near, stop.signal).then(
      ({ camera_ids }) => setTold({ asked, cameras: camera_ids.length, failure: null }),
      (failure: unknown) => {
        if (!stop.signal.aborted) setTold({ asked, cameras: 0, failure });
      },
    );
    return () => stop.abort();
  }, [asked]);
  if (told === null || told.asked !== asked) return null;
  const { cameras, failure } = told;
  return (
    <b className={failure === null ? "" : "puzzled"} title={failure === null ? "" : errorText(language, failure)} data-testid="search-near-cameras" data-value={cameras}>
      {words.camerasNear(cameras)}
    </b>
  );
}
