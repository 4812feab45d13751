// The page as a whole: when somebody looks at it again, and loading it anew.

/** Call back each time the page is shown again or its network is back; the returned function ends that. */
export function onWake(tell: () => void): () => void {
  const shown = (): void => {
    if (document.visibilityState === "visible") tell();
  };
  document.addEventListener("visibilitychange", shown);
  addEventListener("pageshow", tell);
  addEventListener("online", tell);
  return () => {
    document.removeEventListener("visibilitychange", shown);
    removeEventListener("pageshow", tell);
    removeEventListener("online", tell);
  };
}

/** Leave for the console's first page, loaded anew. */
export function startAfresh(): void {
  location.replace("/");
}
