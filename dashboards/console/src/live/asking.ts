// Pure: which tile numbers stand for which canvases on the websocket, and which the hub is to code anew.
import type { AskedTile } from "./line";
import type { Watched } from "./protocol";

const NUMBERS = 256;

interface Asked extends AskedTile {
  viewId: number;
}

/** A number is new for each stream that is asked for: what comes late for the one before goes to nobody. */
export class Asking {
  private readonly asked = new Map<number, Asked>();
  private next = 0;

  get tiles(): AskedTile[] {
    return [...this.asked.values()].map(({ tile, camera_id, stream, transcode }) => ({ tile, camera_id, stream, transcode }));
  }

  tileOf(viewId: number): number | null {
    return this.asked.get(viewId)?.tile ?? null;
  }

  viewOf(tile: number): number | null {
    for (const one of this.asked.values()) if (one.tile === tile) return one.viewId;
    return null;
  }

  isTranscoded(viewId: number): boolean {
    return this.asked.get(viewId)?.transcode === true;
  }

  /** Watch these and no others; answers those whose stream is another than before. */
  watch(views: readonly Watched[]): number[] {
    for (const viewId of this.asked.keys()) if (!views.some((one) => one.viewId === viewId)) this.asked.delete(viewId);
    const changed: number[] = [];
    for (const { viewId, cameraId, stream } of views) {
      const before = this.asked.get(viewId);
      if (before?.camera_id === cameraId && before.stream === stream) continue;
      this.ask(viewId, { camera_id: cameraId, stream, transcode: false });
      changed.push(viewId);
    }
    return changed;
  }

  /** Ask for this canvas's stream as this browser decodes it. False where it was asked for so already. */
  transcode(viewId: number): boolean {
    const before = this.asked.get(viewId);
    if (before === undefined || before.transcode) return false;
    this.ask(viewId, { ...before, transcode: true });
    return true;
  }

  private ask(viewId: number, { camera_id, stream, transcode }: Omit<AskedTile, "tile">): void {
    this.asked.set(viewId, { viewId, tile: this.number(), camera_id, stream, transcode });
  }

  private number(): number {
    while (this.viewOf(this.next) !== null) this.next = (this.next + 1) % NUMBERS;
    const number = this.next;
    this.next = (this.next + 1) % NUMBERS;
    return number;
  }
}
