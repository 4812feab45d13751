// What goes with an alert: a picture, and a spoken message that is recorded here or spoken by the hub.
import { Button } from "antd";

import { useTexts } from "../language/language";
import { detach, useAttached } from "./attachments";
import { PictureKey, ShownPicture } from "./PictureKey";
import { RecordKey } from "./RecordKey";
import { Shown } from "./Shown";
import { useAlertDesk } from "./store";

export function MediaKeys() {
  const texts = useTexts();
  const speech = useAttached((attached) => attached.speech);
  const speak = useAlertDesk((desk) => desk.speak);
  return (
    <>
      <div className="row media-keys">
        <PictureKey what="picture" testid="alert-picture" hint={texts.alerts.picture.hint} />
        <RecordKey />
        <Button
          size="small"
          data-testid="alert-speak"
          title={texts.alerts.speech.speakHint}
          aria-pressed={speak}
          type={speak ? "primary" : "default"}
          onClick={() => {
            detach("speech");
            useAlertDesk.setState({ speak: !speak });
          }}
        >
          {texts.alerts.speech.speak}
        </Button>
      </div>
      <ShownPicture what="picture" testid="alert-picture-shown" />
      {speech !== null && (
        <Shown attached={speech} sending={texts.alerts.speech.sending} remove={texts.alerts.speech.remove} onRemove={() => detach("speech")}>
          <audio controls src={speech.url} aria-label={texts.alerts.speech.shown} data-testid="alert-speech-shown" />
        </Shown>
      )}
    </>
  );
}
