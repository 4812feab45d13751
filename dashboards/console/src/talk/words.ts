// Pure: what talk groups and radios are called, never by the names that hub and console write to one another.
import type { Texts } from "../language/zh";
import type { Item } from "../room/items";
import type { Radio, TalkGroup, Venue } from "../room/types";
import { radioOf } from "./groupIds";

/** "福满家园保安 R001", "场所1 对讲机1 R01": the venue, the radio's name where it says more, and its number. */
export function radioWords(radio: Radio, venues: ReadonlyMap<string, Venue>): string {
  const venue = venues.get(radio.venue_id)?.name ?? radio.venue_id;
  const words = radio.name.startsWith(venue) ? [radio.name] : [venue, radio.name];
  return [...words.filter((word) => word !== radio.radio_id), radio.radio_id].join(" ");
}

interface Known {
  groups: readonly TalkGroup[];
  radios: ReadonlyMap<string, Radio>;
  venues: ReadonlyMap<string, Venue>;
  /** Newest first. */
  events: readonly Item[];
}

/** A group's name; a private one is its radio's, a temporary one that was closed keeps its own as long as that is known. */
export function groupWords(groupId: string, known: Known, texts: Texts): string {
  const radioId = radioOf(groupId);
  if (radioId !== null) {
    const radio = known.radios.get(radioId);
    return radio === undefined ? texts.talk.unknownRadio : texts.talk.privateWith(radioWords(radio, known.venues));
  }
  const group = known.groups.find((one) => one.group_id === groupId);
  if (group !== undefined) return group.name;
  const closed = known.events.find((item) => item.kind === "group.closed" && item.body.group_id === groupId);
  return closed?.kind === "group.closed" ? closed.body.name : texts.talk.closedGroup;
}
