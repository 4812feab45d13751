// Has the browser keep the page's own files, so that it opens without a connection.

/** Of the built page, where the browser lets a page keep files: over HTTPS, or on this machine. */
export function keepShell(): void {
  if (!import.meta.env.PROD || !("serviceWorker" in navigator)) return;
  // Without it the page works as before, with a connection.
  navigator.serviceWorker.register("/guard-worker.js", { scope: "/guard", updateViaCache: "none" }).catch(() => undefined);
}
