// An alert's picture and spoken message, on a phone: seen large, heard by a key.
import { useRef, useState } from "react";

import { mediaUrl } from "../../../console/src/alerts/attachments";
import type { AlertRecord } from "../../../console/src/room/room";
import { useGuardTexts } from "../language/guardTexts";

export function Media({ alert }: { alert: AlertRecord }) {
  const own = useGuardTexts();
  const sound = useRef<HTMLAudioElement>(null);
  const [state, setState] = useState<"still" | "plays" | "failed">("still");
  const { picture, speech } = alert;
  const toggle = (): void => {
    const player = sound.current;
    if (player === null) return;
    if (state === "plays") {
      player.pause();
      player.currentTime = 0;
    } else {
      player.play().catch(() => setState("failed"));
    }
  };
  return (
    <>
      {speech && (
        <>
          <audio
            ref={sound}
            preload="auto"
            src={mediaUrl(speech.media_id)}
            onPlaying={() => setState("plays")}
            onPause={() => setState("still")}
            onEnded={() => setState("still")}
            onError={() => setState("failed")}
          />
          <button type="button" className="alert-speech" data-testid="alert-speech" data-state={state} onClick={toggle}>
            {own.speech[state]}
          </button>
        </>
      )}
      {picture && <img className="alert-picture" data-testid="alert-picture" src={mediaUrl(picture.media_id)} alt={own.picture} />}
    </>
  );
}
