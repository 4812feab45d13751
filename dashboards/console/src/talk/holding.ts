// A click chooses a talk group, holding on speaks to it: the same for keys, tiles and lists.
import { useEffect, useEffectEvent, type MouseEvent, type PointerEvent } from "react";

import { useStore } from "../room/store";
import { playTone } from "./audio";
import { isField } from "./fields";
import { onKeysLost } from "./keysLost";
import { spokenTo } from "./spokenTo";
import { chooseGroup, press, release, useTalk } from "./store";

/** Held for so long, a key that chooses a group also speaks: longer than a click takes. */
export const SPEAKS_AFTER_MS = 250;

/** Choose the group where it can be spoken to; one that is gone leaves the choice as it is. */
function choose(groupId: string): void {
  const { room } = useStore.getState();
  if (room !== null && spokenTo(groupId, room.groups, room.radios) !== null) chooseGroup(groupId);
}

/** Choose the group now and speak to it if the key stays down; the returned function lets go of the key. */
export function hold(groupId: string): () => void {
  choose(groupId);
  let speaks = false;
  const timer = setTimeout(() => {
    // What is said is for this group and no other: it is gone, or another was chosen meanwhile.
    if (useTalk.getState().groupId !== groupId) {
      playTone("denied");
      return;
    }
    // Another key that is down speaks already, and is the one to let go.
    if (["requesting", "queued", "speaking"].includes(useTalk.getState().floor.state)) return;
    speaks = true;
    press();
  }, SPEAKS_AFTER_MS);
  return () => {
    clearTimeout(timer);
    if (speaks) release();
    speaks = false;
  };
}

const ENDS = ["pointerup", "pointercancel"];

interface HoldKey {
  onPointerDown: (event: PointerEvent) => void;
  onClick: () => void;
  onContextMenu: (event: MouseEvent) => void;
}

/** What a button needs to be such a key. It may leave the page while it is held: the window hears it let go. */
export function holdKey(groupId: string): HoldKey {
  return {
    onPointerDown: (event) => {
      if (event.button !== 0) return;
      const letGo = hold(groupId);
      const end = (): void => {
        for (const name of ENDS) removeEventListener(name, end);
        stop();
        letGo();
      };
      for (const name of ENDS) addEventListener(name, end);
      const stop = onKeysLost(end);
    },
    // By the keyboard a button is clicked without a pointer.
    onClick: () => choose(groupId),
    // A finger held on would bring up the browser's menu.
    onContextMenu: (event) => event.preventDefault(),
  };
}

/** Keys that choose a group and, held on, speak to it, while nothing is typed; `groupOf` says which key is whose. */
export function useHoldKeys(isOn: boolean, groupOf: (code: string) => string | null): void {
  // Who speaks changes the tiles; a key that is down is not let go for that.
  const groupNow = useEffectEvent(groupOf);
  useEffect(() => {
    if (!isOn) return;
    let held: { code: string; letGo: () => void } | null = null;
    const end = (): void => {
      held?.letGo();
      held = null;
    };
    const down = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.altKey || event.metaKey || isField(event.target)) return;
      const groupId = groupNow(event.code);
      if (groupId === null) return;
      event.preventDefault();
      if (event.repeat) return;
      end();
      held = { code: event.code, letGo: hold(groupId) };
    };
    const up = (event: KeyboardEvent): void => {
      if (event.code === held?.code) end();
    };
    addEventListener("keydown", down);
    addEventListener("keyup", up, true);
    const stop = onKeysLost(end);
    return () => {
      removeEventListener("keydown", down);
      removeEventListener("keyup", up, true);
      stop();
      end();
    };
  }, [isOn]);
}
