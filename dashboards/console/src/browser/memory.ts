// What this browser remembers of the console; one that forbids or lacks storage starts anew at each load.

/** The text kept under `name`; null when nothing is kept or the browser does not let us read it. */
export function recall(name: string): string | null {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

/** Keep `text` under `name`; false when the browser refuses (storage forbidden or full). */
export function remember(name: string, text: string): boolean {
  try {
    localStorage.setItem(name, text);
    return true;
  } catch {
    return false;
  }
}
