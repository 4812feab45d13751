// The one store of what the console knows: the room, its map, and the state of the line to the hub.
import { create } from "zustand";

import { followFeed, type LineState } from "./feed";
import { hub } from "./hub";
import { applyItems } from "./reduce";
import { MAX_EVENTS, roomFromPicture, type Room } from "./room";

interface RoomStore {
  room: Room | null;
  line: LineState;
  /** The hub's clock minus this machine's, milliseconds. */
  clockOffsetMs: number;
  map: GeoJSON.FeatureCollection | null;
}

export const useStore = create<RoomStore>(() => ({ room: null, line: "connecting", clockOffsetMs: 0, map: null }));

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

/** Load the room and follow it until the returned function is called. */
export function followRoom(): () => void {
  return followFeed({
    loadPicture: async () => {
      if (useStore.getState().map === null) useStore.setState({ map: await hub.map() });
      return hub.state();
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
      if (room === null) return { number: 0, gap: true };
      const reduced = applyItems(room, items);
      if (reduced.room !== room) useStore.setState({ room: reduced.room });
      return { number: reduced.room.number, gap: reduced.gap };
    },
    onLine: (line) => useStore.setState({ line }),
  });
}

/** Fill the event list with what happened before the picture; the list lives without it when the hub cannot say. */
async function loadPast(number: number): Promise<void> {
  const batch = await hub.events(Math.max(0, number - MAX_EVENTS), MAX_EVENTS).catch(() => null);
  const room = useStore.getState().room;
  if (batch === null || room === null) return;
  const past = batch.items.filter((item) => item.number <= number).reverse();
  const later = room.events.filter((item) => item.number > number);
  useStore.setState({ room: { ...room, events: [...later, ...past].slice(0, MAX_EVENTS) } });
}

export { socketAddress };
