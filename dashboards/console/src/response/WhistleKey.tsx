// The key in the top bar by which police whistle for the grid's members, or send a directive down.
import { useTexts } from "../language/language";
import { useMay } from "../session/store";
import { OrderPanel } from "./OrderPanel";
import { beginOrder, useResponse } from "./store";

export function WhistleKey() {
  const { response: words } = useTexts();
  const writing = useResponse((desk) => desk.writing);
  if (!useMay("direct")) return null;
  return (
    <>
      <button type="button" className="whistle-key" data-testid="whistle-key" title={words.keyHint} onClick={() => beginOrder(null)}>
        {words.kind.whistle}
      </button>
      {writing !== null && <OrderPanel key={writing.passesOn?.ask_id ?? ""} passesOn={writing.passesOn} />}
    </>
  );
}
