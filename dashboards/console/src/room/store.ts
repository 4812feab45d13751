// The one store of what the console knows: the room, its map, and the state of the line to the hub.
import { create } from "zustand";

import { lineRefused } from "../session/store";
import { followFeed, type LineState } from "./feed";
import { hub } from "./hub";
import { applyItems, withPast } from "./reduce";
import { MAX_EVENTS, roomFromPicture, type Room } from "./room";

const BACKGROUND_MS = 200;

interface RoomStore {
  room: Room | null;
  line: LineState;
  /** Whether the line was lost without a word of the hub: the network may be gone, and talk's line with it. */
  isCut: boolean;
  /** The hub's clock minus this machine's, milliseconds. */
  clockOffsetMs: number;
  map: GeoJSON.FeatureCollection | null;
  /** True when the hub could not give the map: venues are then drawn on empty ground. */
  mapMissing: boolean;
}

export const useStore = create<RoomStore>(() => ({
  room: null,
  line: "connecting",
  isCut: false,
  clockOffsetMs: 0,
  map: null,
  mapMissing: false,
}));

/** A part of the room, or `absent` until the first picture is there. */
export function useRoom<Value>(part: (room: Room) => Value, absent: Value): Value {
  return useStore((store) => (store.room === null ? absent : part(store.room)));
}

/** The hub's time now, milliseconds since 1970 UTC. */
export function hubNowMs(): number {
  return Date.now() + useStore.getState().clockOffsetMs;
}

function socketAddress(path: string): string {
  return `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}${path}`;
}

const nothingElse = (): Promise<void> => Promise.resolve();

/** Load the room, with what `also` loads before it is shown, and follow it until the returned function is called. */
export function followRoom(also: () => Promise<void> = nothingElse): () => void {
  return followFeed({
    loadPicture: async () => {
      const picture = await hub.state();
      await also();
      return picture;
    },
    connect: (since) => new WebSocket(socketAddress(`/ws/events?since=${since}`)),
    onPicture: (picture) => {
      const before = useStore.getState().room;
      useStore.setState({
        room: roomFromPicture(picture, before ?? undefined),
        clockOffsetMs: picture.now_at_ms - Date.now(),
      });
      void loadPast(picture.number);
    },
    onItems: (items) => {
      const room = useStore.getState().room;
      if (room === null) return { number: 0, stale: true };
      const reduced = applyItems(room, items);
      if (reduced.room !== room) useStore.setState({ room: reduced.room });
      return { number: reduced.room.number, stale: reduced.gap || reduced.outdated };
    },
    onLine: (line, isCut) => useStore.setState({ line, isCut }),
    onRefused: lineRefused,
    // A page in the background gets no frames; the timer keeps its room up to date all the same.
    beforeNextFrame: (flush) => {
      if (document.visibilityState === "visible") requestAnimationFrame(flush);
      else setTimeout(flush, BACKGROUND_MS);
    },
  });
}

/** Load the map once it is shown, and again where the hub could not give it. */
export async function loadMap(): Promise<void> {
  if (useStore.getState().map !== null && !useStore.getState().mapMissing) return;
  await hub.map().then(
    (map) => useStore.setState({ map, mapMissing: false }),
    () => useStore.setState({ map: { type: "FeatureCollection", features: [] }, mapMissing: true }),
  );
}

/** Ask for what happened before the picture; the screen lives without it when the hub cannot say. */
async function loadPast(number: number): Promise<void> {
  const batch = await hub.events(Math.max(0, number - MAX_EVENTS), MAX_EVENTS).catch(() => null);
  const room = useStore.getState().room;
  if (batch === null || room === null) return;
  useStore.setState({ room: withPast(room, batch.items) });
}

export { socketAddress };
