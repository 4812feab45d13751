// The space bar is the push-to-talk key everywhere on the page except where text is being typed.
import { useEffect } from "react";

import { isTyping } from "./fields";
import { onKeysLost } from "./keysLost";
import { press, release } from "./store";

/** Listen to the key while `isOn`; otherwise it is the browser's own. */
export function useSpaceBar(isOn: boolean): void {
  useEffect(() => {
    if (!isOn) return;
    let held = false;
    const down = (event: KeyboardEvent): void => {
      if (event.code !== "Space" || isTyping(event.target)) return;
      // Otherwise the space bar would also press the button or open the list that has the focus.
      event.preventDefault();
      event.stopImmediatePropagation();
      if (event.repeat || held) return;
      held = true;
      press();
    };
    const up = (event: KeyboardEvent): void => {
      if (event.code !== "Space" || !held) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      letGo();
    };
    const letGo = (): void => {
      if (!held) return;
      held = false;
      release();
    };
    addEventListener("keydown", down, true);
    addEventListener("keyup", up, true);
    const stop = onKeysLost(letGo);
    return () => {
      removeEventListener("keydown", down, true);
      removeEventListener("keyup", up, true);
      stop();
      letGo();
    };
  }, [isOn]);
}

/** Take the focus out of a text field, so that the space bar speaks again. */
export function leaveTextField(): void {
  if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
}
