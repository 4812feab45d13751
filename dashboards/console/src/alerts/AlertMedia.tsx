// The picture and the spoken message of an alert on its board: shown, enlarged, heard.
import { Image } from "antd";

import { useTexts } from "../language/language";
import type { AlertRecord } from "../room/room";
import { mediaUrl } from "./attachments";

export function AlertMedia({ alert }: { alert: AlertRecord }) {
  const texts = useTexts();
  const { picture, speech, unspoken } = alert;
  return (
    <>
      {(picture || speech) && (
        <div className="alert-media">
          {picture && <Image src={mediaUrl(picture.media_id)} alt={texts.alerts.picture.shown} height={44} data-testid="board-picture" />}
          {speech && (
            <audio controls preload="metadata" src={mediaUrl(speech.media_id)} aria-label={texts.alerts.speech.shown} data-testid="board-speech" />
          )}
        </div>
      )}
      {unspoken && <p className="unspoken" data-testid="board-unspoken">{texts.alerts.speech.unspoken[unspoken]}</p>}
    </>
  );
}
