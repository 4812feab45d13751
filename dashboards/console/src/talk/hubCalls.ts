// Pure: the calls that the hub makes by itself, up to 20 at once; they have no tiles, which would crowd out the room's own.
import type { Talker } from "./floor";

const isHub = ({ talkerId }: Pick<Talker, "talkerId">): boolean => talkerId.startsWith("hub/");

/** Where people speak, and how many radios the hub calls. */
export function apart(talkers: ReadonlyMap<string, Talker>): { people: [string, Talker][]; calledByHub: number } {
  const people = [...talkers].filter(([, talker]) => !isHub(talker));
  return { people, calledByHub: talkers.size - people.length };
}
