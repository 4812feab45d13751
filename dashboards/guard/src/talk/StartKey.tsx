// Where the talk key will be: one tap lets sound and microphone on, and words say why a browser does not give them.
import { enableMicrophone, useTalk } from "../../../console/src/talk/store";
import { useGuardTexts } from "../language/guardTexts";

export function StartKey() {
  const texts = useGuardTexts();
  const microphone = useTalk((talk) => talk.microphone);
  const hasSound = useTalk((talk) => talk.soundReady);
  const failed = microphone === "refused" || microphone === "missing" || microphone === "unsupported";
  const why = window.isSecureContext
    ? texts.microphone[microphone]
    : texts.notSecure(`https://${location.host}${location.pathname}`);
  return (
    <div className="start" data-testid="start" data-microphone={microphone}>
      <p role="alert">
        {hasSound && failed && <b>{texts.listenOnly}</b>}
        {!hasSound && <b>{texts.noSound}</b>}
        <span data-testid="start-why">{why === "" ? texts.startHint : why}</span>
      </p>
      <button type="button" className="start-key" data-testid="start-key" onClick={() => void enableMicrophone()}>
        {failed ? texts.again : texts.start}
      </button>
    </div>
  );
}
