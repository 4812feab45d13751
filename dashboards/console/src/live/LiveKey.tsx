// In the top bar: opens the wall of live pictures, and leads back to the map.
import { useTexts } from "../language/language";
import { openWall, useWall } from "./store";

export function LiveKey() {
  const texts = useTexts();
  const isOpen = useWall((store) => store.isOpen);
  return (
    <button type="button" className="live-key" data-testid="live-open" aria-pressed={isOpen} onClick={() => openWall(!isOpen)}>
      {isOpen ? texts.live.close : texts.live.open}
    </button>
  );
}
