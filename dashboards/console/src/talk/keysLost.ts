// When the page no longer hears that a key is let go: another window has the keys, or the page is hidden or left.

/** Call `letGo` then; the returned function ends that. */
export function onKeysLost(letGo: () => void): () => void {
  const hidden = (): void => {
    if (document.visibilityState !== "visible") letGo();
  };
  addEventListener("blur", letGo);
  addEventListener("pagehide", letGo);
  document.addEventListener("visibilitychange", hidden);
  return () => {
    removeEventListener("blur", letGo);
    removeEventListener("pagehide", letGo);
    document.removeEventListener("visibilitychange", hidden);
  };
}
