// The patrol tours: start one, make one, change or delete one.
import { Button, Popconfirm } from "antd";
import { useState } from "react";

import { useAnswer } from "../browser/useAnswer";
import { errorText, useLanguage, useTexts } from "../language/language";
import { HubError } from "../room/ask";
import { CHANGED, toursHub, type Tours } from "./hub";
import { startTour, useWall } from "./store";
import type { Tour } from "./tour";
import { TourForm } from "./TourForm";

/** Which is in the form: the one at this place, or a new one behind the last. */
type Edited = number | null;

export function TourList() {
  const texts = useTexts();
  const words = texts.tours;
  const language = useLanguage((store) => store.language);
  const running = useWall((store) => store.run?.tour);
  const answer = useAnswer(toursHub.all);
  const [saved, setSaved] = useState<Tours | null>(null);
  const [edited, setEdited] = useState<Edited>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const tours = saved !== null && saved.version >= (answer.value?.version ?? 0) ? saved : answer.value;

  /** Raises what went wrong; what another has saved meanwhile is loaded first. */
  async function save(changed: readonly Tour[]): Promise<void> {
    if (tours === null) return;
    try {
      setSaved(await toursHub.save({ version: tours.version, tours: changed }));
      setFailure(null);
    } catch (error) {
      if (error instanceof HubError && error.code === CHANGED) answer.again();
      throw error;
    }
  }
  const remove = (index: number): Promise<void> => save((tours?.tours ?? []).filter((_, at) => at !== index)).catch(setFailure);
  const put = (tour: Tour): Promise<void> =>
    save(edited === null || edited === tours?.tours.length ? [...(tours?.tours ?? []), tour] : (tours?.tours ?? []).map((one, at) => (at === edited ? tour : one)));

  if (tours === null) {
    return answer.failure === null ? null : (
      <div className="failure" role="alert">
        {errorText(language, answer.failure)}
      </div>
    );
  }
  return (
    <div className="tour-list" data-testid="tour-list">
      {failure !== null && (
        <div className="failure" role="alert">
          {errorText(language, failure)}
        </div>
      )}
      {tours.tours.map((tour, index) => (
        <section key={tour.name} className={running?.name === tour.name ? "running" : ""} data-testid="tour">
          <b>{tour.name}</b>
          <span>{words.words(tour.camera_ids.length, tour.seconds_each, tour.layout)}</span>
          <div className="row">
            <Button
              type="primary"
              data-testid="tour-run"
              onClick={() => setFailure(startTour(tour) ? null : new HubError("none_known", texts.tours.noneKnown, texts.tours.noneKnown, null))}
            >
              {words.run}
            </Button>
            <Button data-testid="tour-edit" onClick={() => setEdited(index)}>
              {words.edit}
            </Button>
            <Popconfirm title={words.removeAsk(tour.name)} okText={words.remove} cancelText={words.cancel} onConfirm={() => void remove(index)}>
              <Button type="text" data-testid="tour-remove">
                {words.remove}
              </Button>
            </Popconfirm>
          </div>
        </section>
      ))}
      {tours.tours.length === 0 && (
        <p className="empty">
          {words.none} {words.noneMay}
        </p>
      )}
      <Button block data-testid="tour-add" onClick={() => setEdited(tours.tours.length)}>
        {words.add}
      </Button>
      {edited !== null && (
        <TourForm
          tour={tours.tours[edited] ?? null}
          names={tours.tours.filter((_, at) => at !== edited).map((one) => one.name)}
          onSave={put}
          onClose={() => setEdited(null)}
        />
      )}
    </div>
  );
}
