// One hit: the picture, where and when, how well it fits in words, and "more like this".
import { useEffect, useRef, type MouseEvent } from "react";

import { useTexts, inLanguage, useLanguage } from "../language/language";
import { clockTime } from "../language/time";
import { say } from "../path/store";
import { openPlayback } from "../playback/store";
import { useRoom } from "../room/store";
import { useSecond } from "../screen/useSecond";
import type { ShownHit } from "./hits";
import { traitsOf } from "./traits";
import { chooseHit, runSearch, useSearchStore } from "./store";
import { useVerdict } from "./verdicts";

/** The hub's word on a person still in view is this fresh at most. */
const IN_VIEW_MS = 20_000;
/** Playback begins this long before somebody came into view. */
const BEFORE_MS = 3_000;

function StillInView({ lastMs }: { lastMs: number }) {
  const texts = useTexts();
  const now = useSecond();
  return now - lastMs < IN_VIEW_MS ? <em>{texts.search.still}</em> : null;
}

/** Several sightings that are one person's, as the path has them. */
export interface OnePerson {
  count: number;
  isAlone: boolean;
  /** Show these alone, or all again. */
  onToggle: () => void;
}

export function HitCard(props: { shown: ShownHit; caseId: string; step: number | undefined; person: OnePerson | null }) {
  const { shown, caseId, step, person } = props;
  const { hit } = shown;
  const texts = useTexts();
  const words = texts.searchForm;
  const language = useLanguage((store) => store.language);
  const zone = useRoom((room) => room.community.time_zone, "UTC");
  const camera = useRoom((room) => room.cameras.get(hit.sighting.camera_id)?.name, undefined);
  const chosen = useSearchStore((store) => store.chosenSightingId === hit.sighting.sighting_id);
  const { sighting } = hit;
  const verdict = useVerdict(caseId, hit);
  const card = useRef<HTMLElement>(null);
  useEffect(() => {
    if (chosen) card.current?.scrollIntoView({ block: "nearest" });
  }, [chosen]);
  const saying = (said: "confirmed" | "rejected" | null) => (event: MouseEvent) => {
    event.stopPropagation();
    void say(caseId, sighting.sighting_id, said);
  };
  return (
    <article
      ref={card}
      className={`hit${shown.freshNumber === null ? "" : " fresh"}${chosen ? " chosen" : ""}${verdict === "confirmed" ? " confirmed" : ""}${hit.doubted === true ? " doubted" : ""}`}
      data-testid="hit"
      data-sighting={sighting.sighting_id}
      data-camera={sighting.camera_id}
      data-verdict={verdict ?? ""}
      onClick={() => chooseHit(chosen ? null : hit)}
    >
      <div className="picture">
        <img src={sighting.picture_url} alt={texts.search.noPicture} loading="lazy" />
        <b className="rank">{shown.freshNumber === null ? hit.rank : texts.search.newHit}</b>
        <b className="score">{Math.round(hit.score * 100)}%</b>
        {step !== undefined && <b className="step">{step}</b>}
      </div>
      {verdict === "confirmed" ? (
        <div className="says">
          <b className="fits">{words.confirmed}</b>
          <button type="button" data-testid="hit-take-back" onClick={saying(null)}>
            {words.takeBack}
          </button>
        </div>
      ) : (
        <div className="says">
          <button type="button" className="yes" data-testid="hit-yes" title={words.yesHint} onClick={saying("confirmed")}>
            {words.yes}
          </button>
          <button type="button" className="no" data-testid="hit-no" title={words.noHint} onClick={saying("rejected")}>
            {words.no}
          </button>
        </div>
      )}
      <div className="time">
        {clockTime(sighting.started_at_ms, zone)}
        {!sighting.ended && <StillInView lastMs={sighting.ended_at_ms} />}
      </div>
      <div className="camera" title={camera}>
        {camera ?? sighting.camera_id}
      </div>
      <ul>
        {hit.parts.map((part) => (
          <li key={part.field} className={part.score >= 0.7 ? "fits" : part.score >= 0.4 ? "partly" : "misfits"}>
            {texts.search.part[part.field]} {inLanguage(language, part.words, part.words_en)}
          </li>
        ))}
      </ul>
      <div className="traits">
        {traitsOf(sighting, hit.parts, texts).map((trait) => (
          <span key={trait}>{trait}</span>
        ))}
      </div>
      {hit.doubted === true && <em className="misfits">{words.doubted}</em>}
      {person !== null && (
        <button
          type="button"
          className="one-person"
          data-testid="hit-person"
          aria-pressed={person.isAlone}
          title={words.personHint}
          onClick={(event) => {
            event.stopPropagation();
            person.onToggle();
          }}
        >
          {words.person(person.count)}
        </button>
      )}
      <div className="says">
        <button
          type="button"
          data-testid="hit-like"
          onClick={(event) => {
            event.stopPropagation();
            void runSearch(caseId, { like_sighting_id: sighting.sighting_id, limit: 50 });
          }}
        >
          {texts.search.like}
        </button>
        <button
          type="button"
          data-testid="hit-play"
          onClick={(event) => {
            event.stopPropagation();
            openPlayback(caseId, [sighting.camera_id], sighting.started_at_ms - BEFORE_MS);
          }}
          title={texts.playback.fromHere}
        >
          {words.play}
        </button>
      </div>
    </article>
  );
}
