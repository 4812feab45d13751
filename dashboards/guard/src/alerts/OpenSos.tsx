// Calls for help in one's own venues that nobody has closed yet.
import { useRoom } from "../../../console/src/room/store";
import type { Sos } from "../../../console/src/room/types";
import { sosWho } from "../../../console/src/sos/who";
import { useGuardTexts } from "../language/guardTexts";

const NONE: readonly Sos[] = [];
const SHOWN = 2;

export function OpenSos() {
  const texts = useGuardTexts();
  const all = useRoom((room) => room.sos, NONE);
  return all.slice(0, SHOWN).map((sos) => (
    <div key={sos.sos_id} className="sos" role="alert" data-testid="sos">
      <b>{texts.sos(sos.venue_name)}</b>
      <span>{sosWho(sos)}</span>
    </div>
  ));
}
