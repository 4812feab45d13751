// Which of them stand over the room: those that nobody put aside in this browser.
import { useRoom } from "../room/store";
import { useAside } from "./aside";
import type { Found } from "./hub";

const NONE: readonly Found[] = [];

export function useShown(): readonly Found[] {
  const all = useRoom((room) => room.found, NONE);
  const aside = useAside((store) => store.aside);
  return all.filter((one) => !aside.includes(one.found_id));
}
