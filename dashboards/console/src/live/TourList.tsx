// The patrol tours: start one, make one, change or delete one.
import { Button, Popconfirm } from "antd";
import { useState } from "react";

import { useAnswer } from "../browser/useAnswer";
import { errorText, useLanguage, useTexts } from "../language/language";
import { HubError } from "../room/ask";
import { useSession } from "../session/store";
import { CHANGED, toursHub, type Tours } from "./hub";
import { startTour, useWall } from "./store";
import type { Tour } from "./tour";
import { TourForm } from "./TourForm";

/** Which is in the form: the one that has this name in the list, or a new one. */
type Edited = { name: string | null } | null;

export function TourList() {
  const texts = useTexts();
  const words = texts.tours;
  const language = useLanguage((store) => store.language);
  const running = useWall((store) => store.run?.tour);
  // They are the whole community's: whoever has less runs them.
  const edits = useSession((session) => session.person?.places.some((place) => place.kind === "community") === true);
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
  const all = tours?.tours ?? [];
  const remove = (name: string): Promise<void> => save(all.filter((one) => one.name !== name)).catch(setFailure);
  const put = (tour: Tour): Promise<void> => {
    const known = all.some((one) => one.name === edited?.name);
    return save(known ? all.map((one) => (one.name === edited?.name ? tour : one)) : [...all, tour]);
  };

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
      {all.map((tour) => (
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
            {edits && (
              <Button data-testid="tour-edit" onClick={() => setEdited({ name: tour.name })}>
                {words.edit}
              </Button>
            )}
            {edits && (
              <Popconfirm title={words.removeAsk(tour.name)} okText={words.remove} cancelText={words.cancel} onConfirm={() => void remove(tour.name)}>
                <Button type="text" data-testid="tour-remove">
                  {words.remove}
                </Button>
              </Popconfirm>
            )}
          </div>
        </section>
      ))}
      {all.length === 0 && (
        <p className="empty">
          {words.none} {edits && words.noneMay}
        </p>
      )}
      {edits && (
        <Button block data-testid="tour-add" onClick={() => setEdited({ name: null })}>
          {words.add}
        </Button>
      )}
      {edited !== null && (
        <TourForm
          tour={all.find((one) => one.name === edited.name) ?? null}
          names={all.map((one) => one.name).filter((one) => one !== edited.name)}
          onSave={put}
          onClose={() => setEdited(null)}
        />
      )}
    </div>
  );
}
