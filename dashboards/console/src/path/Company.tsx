// Who walked along at several steps, with pictures.
import { useTexts } from "../language/language";
import type { ShownStep } from "./shown";
import type { WalkedAlong } from "./types";

const PICTURES = 3;

export function Company({ company, steps }: { company: readonly WalkedAlong[]; steps: readonly ShownStep[] }) {
  const { path: words, search } = useTexts();
  if (company.length === 0) return null;
  const numbers = new Map(steps.map(({ step, number }) => [step.sighting.sighting_id, number]));
  return (
    <div className="path-company" data-testid="path-company">
      <b>{words.company(company.length)}</b>
      {company.map(({ sightings, beside }) => (
        <div key={sightings[0]?.sighting_id}>
          {sightings.slice(0, PICTURES).map((sighting) => (
            <img key={sighting.sighting_id} src={sighting.picture_url} alt={search.noPicture} loading="lazy" />
          ))}
          <span>{words.beside(beside.flatMap((id) => numbers.get(id) ?? []).join("、"))}</span>
        </div>
      ))}
    </div>
  );
}
