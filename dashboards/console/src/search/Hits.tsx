// The hits as pictures, best first; what a running watch brings comes on top, with a sound and a border.
import { useEffect, useMemo, useRef, useState } from "react";

import { useTexts } from "../language/language";
import { Rejected } from "../path/Rejected";
import { usePath } from "../path/store";
import { useStepNumbers } from "../path/useShownPath";
import { playTone } from "../talk/audio";
import { HitCard } from "./HitCard";
import { useSearch } from "./store";
import { useHitKeys } from "./useHitKeys";
import { useHits } from "./useHits";
import { personsAmong, withoutRejected } from "./verdicts";

const NO_GROUPS: readonly (readonly string[])[] = [];

export function Hits({ caseId }: { caseId: string }) {
  const texts = useTexts();
  const { answer, answers, searching } = useSearch(caseId);
  const hits = useHits();
  const path = usePath(caseId);
  const steps = useStepNumbers();
  const newest = hits[0]?.freshNumber ?? null;
  const sounded = useRef(newest);
  /** Whose sightings alone are shown, until something else is searched for. */
  const [person, setPerson] = useState<{ members: readonly string[]; answers: number } | null>(null);
  const shown = useMemo(() => withoutRejected(hits, path.said), [hits, path.said]);
  const groups = path.answer?.groups ?? NO_GROUPS;
  const persons = useMemo(() => personsAmong(shown, groups), [shown, groups]);
  const alone = person?.answers === answers ? new Set(person.members) : null;

  useEffect(() => {
    if (newest === null || newest === sounded.current) return;
    sounded.current = newest;
    playTone("hit");
  }, [newest]);

  const listed = alone === null ? shown : shown.filter(({ hit }) => alone.has(hit.sighting.sighting_id));
  useHitKeys(caseId, listed);
  return (
    <>
      <div className="hits-keys">
        {alone !== null && (
          <button type="button" data-testid="hits-all" onClick={() => setPerson(null)}>
            {texts.searchForm.everybody(shown.length)}
          </button>
        )}
        <Rejected caseId={caseId} found={path} />
      </div>
      {listed.length === 0 ? (
        <div className="empty">{searching ? texts.search.going : answer === null ? texts.search.ready : texts.search.noHits}</div>
      ) : (
        <div className="hits" data-testid="hits">
          {listed.map((one) => {
            const id = one.hit.sighting.sighting_id;
            const members = persons.get(id);
            return (
              <HitCard
                key={id}
                shown={one}
                caseId={caseId}
                step={steps.get(id)}
                person={
                  members === undefined
                    ? null
                    : { count: members.length, isAlone: alone !== null, onToggle: () => setPerson(alone === null ? { members, answers } : null) }
                }
              />
            );
          })}
        </div>
      )}
    </>
  );
}
