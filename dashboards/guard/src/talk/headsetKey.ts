// A headset's or handset's own key as the talk key, where the browser hands such keys to a page.
import { useEffect } from "react";
import { create } from "zustand";

import { recall, remember } from "../../../console/src/browser/memory";
import { press, release, useTalk } from "../../../console/src/talk/store";
// 6 s of coded silence: Android gives its media key to a page that plays something of more than 5 s.
import silenceUrl from "./silence.ogg?url";

const KEPT_AS = "qianshao.guard.headset";
/** Keys that go down and up. Most phones keep those for the volume to themselves; some handsets give theirs out. */
const HOLD_KEYS: readonly string[] = ["AudioVolumeUp", "AudioVolumeDown", "HeadsetHook", "MediaPlayPause"];

/** Off until it is chosen: a key pressed by a pocket, or to change the volume, must not open the microphone. */
export const useHeadsetChoice = create<{ isOn: boolean }>(() => ({ isOn: recall(KEPT_AS) === "on" }));

export function chooseHeadset(isOn: boolean): void {
  remember(KEPT_AS, isOn ? "on" : "off");
  useHeadsetChoice.setState({ isOn });
}

/** Listen to such keys while `isOn`. A media key has no up and down: it begins to talk, and ends it. */
export function useHeadsetKey(isOn: boolean): void {
  useEffect(() => {
    if (!isOn) return;
    let held = false;
    const down = (event: KeyboardEvent): void => {
      if (!HOLD_KEYS.includes(event.key)) return;
      event.preventDefault();
      if (event.repeat || held) return;
      held = true;
      press();
    };
    const letGo = (): void => {
      if (!held) return;
      held = false;
      release();
    };
    const up = (event: KeyboardEvent): void => {
      if (HOLD_KEYS.includes(event.key)) letGo();
    };
    const session = openMediaSession();
    const gone = (): void => {
      letGo();
      session.letGo();
    };
    const hidden = (): void => {
      if (document.visibilityState !== "visible") gone();
    };
    addEventListener("keydown", down);
    addEventListener("keyup", up);
    addEventListener("blur", letGo);
    addEventListener("pagehide", gone);
    document.addEventListener("visibilitychange", hidden);
    return () => {
      gone();
      session.close();
      removeEventListener("pagehide", gone);
      document.removeEventListener("visibilitychange", hidden);
      removeEventListener("keydown", down);
      removeEventListener("keyup", up);
      removeEventListener("blur", letGo);
    };
  }, [isOn]);
}

interface OpenedSession {
  /** End what the key began. */
  letGo: () => void;
  close: () => void;
}

function openMediaSession(): OpenedSession {
  const nothing = (): void => undefined;
  if (!("mediaSession" in navigator)) return { letGo: nothing, close: nothing };
  const session = navigator.mediaSession;
  const silence = new Audio(silenceUrl);
  silence.loop = true;
  // Without a touch before, or in a browser that does not read the file, there is no media key, and nothing else is lost.
  const play = (): void => void silence.play().catch(() => undefined);
  let began = false;
  const toggle = (): void => {
    play();
    const { state } = useTalk.getState().floor;
    began = !(state === "speaking" || state === "requesting" || state === "queued");
    if (began) press();
    else release();
  };
  play();
  session.playbackState = "playing";
  session.setActionHandler("play", toggle);
  session.setActionHandler("pause", toggle);
  return {
    letGo: () => {
      if (began) release();
      began = false;
    },
    close: () => {
      silence.pause();
      session.playbackState = "none";
      session.setActionHandler("play", null);
      session.setActionHandler("pause", null);
    },
  };
}
