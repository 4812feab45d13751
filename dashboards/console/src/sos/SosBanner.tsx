// A guard calls for help: over everything else, with a sound, until somebody says what it was.
import { Button } from "antd";
import { useEffect, useState } from "react";

import { useTexts } from "../language/language";
import type { Burst } from "../room/room";
import { useRoom } from "../room/store";
import type { Sos } from "../room/types";
import { useSecond } from "../screen/useSecond";
import { useMay } from "../session/store";
import { playTone } from "../talk/audio";
import { privateGroupOf } from "../talk/groupIds";
import { holdKey } from "../talk/holding";
import { useTalk } from "../talk/store";
import { CloseSosForm } from "./CloseSosForm";
import { sosWho } from "./who";
import "./sos.css";

const NONE: readonly Sos[] = [];
const NO_BURSTS: readonly Burst[] = [];
const SHOWN = 3;
/** The tone is 0.9 s long; between two of them one can speak. */
const RING_EVERY_MS = 4000;

export function SosBanner() {
  const texts = useTexts();
  const all = useRoom((room) => room.sos, NONE);
  const [closing, setClosing] = useState<Sos | null>(null);
  const [quiet, setQuiet] = useState<ReadonlySet<string>>(new Set());
  const talking = useTalk((talk) => talk.floor.state === "speaking");
  const talkers = useTalk((talk) => talk.talkers);
  // Nobody is to be drowned by the ringing: neither who calls for help nor who answers.
  const rings = !talking && all.some((one) => one.state === "open" && !quiet.has(pressOf(one)) && !talkers.has(one.group_id));

  useEffect(() => {
    if (!rings) return undefined;
    playTone("help");
    const timer = setInterval(() => playTone("help"), RING_EVERY_MS);
    return () => clearInterval(timer);
  }, [rings]);

  if (all.length === 0) return null;
  const silence = (sos: Sos): void => setQuiet((before) => new Set(before).add(pressOf(sos)));
  return (
    <div className="sos-banner" role="alert" data-testid="sos-banner">
      {all.slice(0, SHOWN).map((sos) => (
        <SosRow
          key={sos.sos_id}
          sos={sos}
          isQuiet={sos.state !== "open" || quiet.has(pressOf(sos))}
          onQuiet={() => silence(sos)}
          onClose={() => setClosing(sos)}
        />
      ))}
      {all.length > SHOWN && <div className="sos-more">{texts.sos.more(all.length - SHOWN)}</div>}
      {closing !== null && <CloseSosForm sos={closing} onClose={() => setClosing(null)} />}
    </div>
  );
}

/** One that was pressed again after the guard had asked to cancel is news: it rings anew. */
function pressOf(sos: Sos): string {
  return `${sos.sos_id} ${sos.cancel_asked_at_ms ?? ""}`;
}

interface RowProps {
  sos: Sos;
  isQuiet: boolean;
  onQuiet: () => void;
  onClose: () => void;
}

function SosRow({ sos, isQuiet, onQuiet, onClose }: RowProps) {
  const texts = useTexts();
  const now = useSecond();
  const mayCall = useMay("call");
  const talker = useTalk((talk) => talk.talkers.get(sos.group_id));
  const heard = useTalk((talk) => talk.heard.get(sos.group_id));
  const bursts = useRoom((room) => room.bursts, NO_BURSTS);
  const speaks = talker !== undefined && talker.talkerId === sos.radio_id;
  const latest = bursts.find((one) => one.talker_id === sos.radio_id && one.group_id === sos.group_id && one.ended);
  const call = holdKey(privateGroupOf(sos.radio_id));
  const seconds = Math.max(0, Math.floor((now - sos.raised_at_ms) / 1000));
  const state = sos.state === "cancel_asked" ? texts.sos.cancelAsked : speaks ? texts.sos.microphone : texts.sos.open;
  const hearing =
    speaks && heard?.burstId === talker.burstId
      ? texts.talk.hearing(heard.radiosHearing, heard.radiosOnline)
      : latest !== undefined && latest.radios_reached !== null && latest.radios_online !== null
        ? texts.talk.heard(latest.radios_reached, latest.radios_online)
        : "";
  return (
    <div className={`sos-row ${sos.state}`} data-testid="sos" data-sos={sos.sos_id} data-state={sos.state}>
      <b className="sos-label">{texts.sos.label}</b>
      <div className="sos-where">
        <b data-testid="sos-venue">{sos.venue_name}</b>
        <span data-testid="sos-who">{sosWho(sos)}</span>
      </div>
      <div className="sos-state">
        <b data-testid="sos-state">{state}</b>
        <span>
          <span data-testid="sos-since">{texts.sos.since(Math.floor(seconds / 60), seconds % 60)}</span>
          {hearing !== "" && <span data-testid="sos-hearing"> · {hearing}</span>}
        </span>
      </div>
      {mayCall && (
        <div className="sos-keys">
          {!isQuiet && (
            <Button size="large" data-testid="sos-quiet" onClick={onQuiet}>
              {texts.sos.quiet}
            </Button>
          )}
          <Button
            size="large"
            data-testid="sos-call"
            title={texts.talk.callHint}
            onPointerDown={call.onPointerDown}
            onClick={() => {
              call.onClick();
              onQuiet();
            }}
          >
            {texts.sos.call}
          </Button>
          <Button size="large" data-testid="sos-close" onClick={onClose}>
            {sos.state === "cancel_asked" ? texts.sos.confirmCancel : texts.sos.close}
          </Button>
        </div>
      )}
    </div>
  );
}
