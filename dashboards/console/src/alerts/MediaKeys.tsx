// What goes with an alert: a picture, and a spoken message that is recorded here or spoken by the hub.
import { Button, Image } from "antd";
import { useRef } from "react";

import { errorText, useLanguage, useTexts } from "../language/language";
import { attach, detach, useAttached, type Attached } from "./attachments";
import { RecordKey } from "./RecordKey";
import { useAlertDesk } from "./store";

export function MediaKeys() {
  const texts = useTexts();
  const { picture, speech } = useAttached();
  const speak = useAlertDesk((desk) => desk.speak);
  const file = useRef<HTMLInputElement>(null);
  return (
    <>
      <div className="row media-keys">
        <Button size="small" data-testid="alert-picture" title={texts.alerts.picture.hint} onClick={() => file.current?.click()}>
          {texts.alerts.picture.add}
        </Button>
        <input
          ref={file}
          type="file"
          accept="image/*"
          hidden
          data-testid="alert-picture-file"
          onChange={({ target }) => {
            const [chosen] = target.files ?? [];
            if (chosen !== undefined) attach("picture", chosen);
            target.value = ""; // the same file may be chosen again
          }}
        />
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
      {picture !== null && (
        <Shown attached={picture} sending={texts.alerts.picture.sending} remove={texts.alerts.picture.remove} onRemove={() => detach("picture")}>
          <Image src={picture.url} alt={texts.alerts.picture.shown} height={52} data-testid="alert-picture-shown" />
        </Shown>
      )}
      {speech !== null && (
        <Shown attached={speech} sending={texts.alerts.speech.sending} remove={texts.alerts.speech.remove} onRemove={() => detach("speech")}>
          <audio controls src={speech.url} aria-label={texts.alerts.speech.shown} data-testid="alert-speech-shown" />
        </Shown>
      )}
    </>
  );
}

interface Props {
  attached: Attached;
  sending: string;
  remove: string;
  onRemove: () => void;
  children: React.ReactNode;
}

/** What is attached, how far it came to the hub, and the key to take it away again. */
function Shown({ attached, sending, remove, onRemove, children }: Props) {
  const language = useLanguage((store) => store.language);
  const isSending = attached.mediaId === null && attached.failure === null;
  return (
    <div className="attached">
      {children}
      <span className="grow">
        {isSending && sending}
        {attached.failure !== null && (
          <span className="failure" role="alert" data-testid="alert-media-failure">
            {errorText(language, attached.failure)}
          </span>
        )}
      </span>
      <button type="button" className="remove" aria-label={remove} title={remove} onClick={onRemove}>
        ×
      </button>
    </div>
  );
}
