// The page as a whole: when somebody looks at it again, its other windows, and loading it anew.

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

/** Where the windows of this browser, which share one session, tell one another that somebody signed in. */
const windows = new BroadcastChannel("qianshao.session");

/** Tell this browser's other windows that somebody signed in here. */
export function tellOtherWindows(): void {
  windows.postMessage("signed in");
}

/** Call back when somebody signed in in another window; the returned function ends that. */
export function onSignedInElsewhere(tell: () => void): () => void {
  windows.addEventListener("message", tell);
  return () => windows.removeEventListener("message", tell);
}

/** Leave for the page at this path, loaded anew. */
export function startAt(path: string): void {
  location.replace(path);
}

/** Leave for the console's first page, loaded anew. */
export function startAfresh(): void {
  startAt("/");
}
