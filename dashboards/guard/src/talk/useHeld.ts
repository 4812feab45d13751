// The talk key under a thumb: one pointer holds it, and everything that takes the pointer away lets go.
import { useEffect, useRef, type PointerEvent, type RefObject } from "react";

import { onKeysLost } from "../../../console/src/talk/keysLost";
import { press, release } from "../../../console/src/talk/store";

export interface Held {
  ref: RefObject<HTMLButtonElement | null>;
  onPointerDown: (event: PointerEvent<HTMLButtonElement>) => void;
  onPointerUp: (event: PointerEvent<HTMLButtonElement>) => void;
  onPointerCancel: (event: PointerEvent<HTMLButtonElement>) => void;
  onLostPointerCapture: (event: PointerEvent<HTMLButtonElement>) => void;
}

export function useHeld(): Held {
  const ref = useRef<HTMLButtonElement>(null);
  const pointer = useRef<number | null>(null);

  function letGo(event: PointerEvent<HTMLButtonElement>): void {
    if (pointer.current !== event.pointerId) return;
    pointer.current = null;
    release();
  }

  useEffect(() => {
    const key = ref.current;
    const goneFrom = (): void => {
      if (pointer.current === null) return;
      pointer.current = null;
      release();
    };
    // A long touch would otherwise select text, show a magnifier or a menu, and take the pointer away.
    const noTouch = (event: Event): void => event.preventDefault();
    key?.addEventListener("touchstart", noTouch, { passive: false });
    key?.addEventListener("contextmenu", noTouch);
    const listening = onKeysLost(goneFrom);
    return () => {
      key?.removeEventListener("touchstart", noTouch);
      key?.removeEventListener("contextmenu", noTouch);
      listening();
      goneFrom();
    };
  }, []);

  return {
    ref,
    onPointerDown: (event) => {
      // A second finger or the palm is not a second press.
      if (pointer.current !== null || event.button !== 0) return;
      pointer.current = event.pointerId;
      event.currentTarget.setPointerCapture(event.pointerId);
      press();
    },
    onPointerUp: letGo,
    onPointerCancel: letGo,
    onLostPointerCapture: letGo,
  };
}
