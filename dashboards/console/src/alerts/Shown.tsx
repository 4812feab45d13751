// What is attached: how far it came to the hub, why the hub did not take it, and the key that takes it away.
import { errorText, useLanguage } from "../language/language";
import type { Attached } from "./attachments";

interface Props {
  attached: Attached;
  sending: string;
  remove: string;
  onRemove: () => void;
  children: React.ReactNode;
}

/** What is attached, how far it came to the hub, and the key to take it away again. */
export function Shown({ attached, sending, remove, onRemove, children }: Props) {
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
