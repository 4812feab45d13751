// Keeps screen and sound on while somebody is signed on: a phone that sleeps hears no call.
import { useEffect, useState } from "react";

import { audio } from "../../../console/src/talk/audio";

/** Whether the browser keeps the screen on. It takes that back whenever the page is hidden, so it is asked anew. */
export function useAwake(): boolean {
  const [isAwake, setAwake] = useState(false);
  useEffect(() => {
    let lock: WakeLockSentinel | undefined;
    let ended = false;
    async function wake(): Promise<void> {
      if (document.visibilityState !== "visible") return;
      // A telephone call stops the page's sound as well.
      void audio().resume();
      if (!("wakeLock" in navigator) || lock?.released === false) return;
      try {
        lock = await navigator.wakeLock.request("screen");
      } catch {
        // A phone low on battery refuses; the page says that its screen will turn off.
        setAwake(false);
        return;
      }
      if (ended) {
        void lock.release();
        return;
      }
      setAwake(true);
      lock.onrelease = () => setAwake(false);
    }
    const look = (): void => void wake();
    look();
    document.addEventListener("visibilitychange", look);
    return () => {
      ended = true;
      document.removeEventListener("visibilitychange", look);
      void lock?.release();
    };
  }, []);
  return isAwake;
}
