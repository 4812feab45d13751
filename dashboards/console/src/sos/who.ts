// Who calls for help, as the room knows them: the holder if there is one, and the radio.
import type { Sos } from "../room/types";

export function sosWho(sos: Sos): string {
  return [sos.holder ?? "", sos.radio_name, sos.radio_id].filter((word) => word !== "").join(" · ");
}
