// Who holds a radio; somebody outside their shifts stands out.
import { useTexts } from "../language/language";
import type { Radio } from "../room/types";
import { holderWords, holdingOf, type Holding } from "./holder";

const TONE: Record<Holding, string> = {
  on_shift: "",
  off_shift: "state-wait",
  not_signed_on: "state-calm",
  nobody: "state-calm",
};

export function Holder({ radio }: { radio: Radio }) {
  const texts = useTexts();
  const holding = holdingOf(radio);
  return (
    <span className={TONE[holding]} data-testid={`holder-${radio.radio_id}`} data-holding={holding}>
      {holding === "nobody" ? "–" : holderWords(radio, texts)}
    </span>
  );
}
