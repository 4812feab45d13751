// A guard calls the police room: who and from where, with a tone, until somebody answers or the call is over.
import { useEffect, useState } from "react";

import { useTexts } from "../language/language";
import { Holder } from "../radios/Holder";
import { holdingOf } from "../radios/holder";
import { useRoom } from "../room/store";
import type { Radio, Venue } from "../room/types";
import { useMay } from "../session/store";
import { playTone } from "./audio";
import { CallKey } from "./CallKey";
import { forgetOver } from "./hearing";
import { unanswered, type Ring } from "./rings";
import { useTalk } from "./store";
import { radioWords } from "./words";

const NO_RADIOS: ReadonlyMap<string, Radio> = new Map();
const NO_VENUES: ReadonlyMap<string, Venue> = new Map();
const SHOWN = 3;
/** The tone is half a second long; between two of them one hears the guard. */
const RING_EVERY_MS = 2500;

export function RingBanner() {
  const texts = useTexts();
  const rings = useTalk((talk) => talk.rings);
  const chosenId = useTalk((talk) => talk.groupId);
  const speaking = useTalk((talk) => talk.floor.state === "speaking");
  const calls = useMay("call");
  const waiting = unanswered(rings);
  // Nobody is to be drowned by it: neither the guard who calls nor who speaks here. Selecting the call takes note of it.
  const sounds = !speaking && waiting.some((ring) => ring.quietSinceMs !== null && ring.groupId !== chosenId);
  const isNew = waiting.some((ring) => ring.groupId !== chosenId);

  useEffect(() => {
    if (rings.size === 0) return undefined;
    const timer = setInterval(forgetOver, 1000);
    return () => clearInterval(timer);
  }, [rings]);
  useEffect(() => {
    if (isNew) playTone("ring");
  }, [isNew]);
  useEffect(() => {
    if (!sounds) return undefined;
    const timer = setInterval(() => playTone("ring"), RING_EVERY_MS);
    return () => clearInterval(timer);
  }, [sounds]);

  if (!calls || waiting.length === 0) return null;
  return (
    <div className="rings" role="alert" data-testid="rings" data-sounds={sounds}>
      {waiting.slice(0, SHOWN).map((ring, index) => (
        <RingRow key={ring.groupId} ring={ring} first={index === 0} />
      ))}
      {waiting.length > SHOWN && <div className="ring-more">{texts.talk.ring.more(waiting.length - SHOWN)}</div>}
    </div>
  );
}

/** The first is the one that the key R answers. */
function RingRow({ ring, first }: { ring: Ring; first: boolean }) {
  const texts = useTexts();
  const words = texts.talk.ring;
  const radio = useRoom((room) => room.radios, NO_RADIOS).get(ring.radioId);
  const venues = useRoom((room) => room.venues, NO_VENUES);
  const [nowMs, setNowMs] = useState(() => performance.now());
  useEffect(() => {
    const timer = setInterval(() => setNowMs(performance.now()), 500);
    return () => clearInterval(timer);
  }, []);
  const state = ring.quietSinceMs === null ? words.speaks : words.waiting(Math.max(0, Math.floor((nowMs - ring.sinceMs) / 1000)));
  return (
    <div className="ring-row" data-testid={`ring-${ring.radioId}`}>
      <b className="ring-label">{words.label}</b>
      <div className="ring-who">
        <b>{radio === undefined ? texts.talk.unknownRadio : radioWords(radio, venues)}</b>
        {radio !== undefined && holdingOf(radio) !== "nobody" && <Holder radio={radio} />}
      </div>
      <span className="ring-state">{state}</span>
      <CallKey radioId={ring.radioId} words={words.answer} testid={`answer-${ring.radioId}`} letter={first ? "R" : null} />
    </div>
  );
}
