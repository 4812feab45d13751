// Says that the session's whole time is nearly over, so that nobody on duty is cut off in the middle of something.
import { useTexts } from "../language/language";
import { hourAndMinute } from "../language/time";
import { useRoom } from "../room/store";
import { useSecond } from "../screen/useSecond";
import { REFRESH_MS } from "./keep";
import { signInAgain, useSession } from "./store";

/** A session that refreshing still prolongs is good for 15 minutes after it, so it never has less than this left. */
const NEARLY_OVER_MS = 15 * 60_000 - REFRESH_MS - 60_000;

export function EndingBanner() {
  const texts = useTexts();
  const now = useSecond();
  const zone = useRoom((room) => room.community.time_zone, "UTC");
  const phase = useSession((session) => session.phase);
  const expiresAtMs = useSession((session) => session.expiresAtMs);
  if (phase !== "in" || expiresAtMs === null || expiresAtMs - now > NEARLY_OVER_MS) return null;
  return (
    <div className="ending-banner" role="status" data-testid="ending-banner">
      {texts.session.ends(hourAndMinute(expiresAtMs, zone))}
      <button type="button" onClick={signInAgain}>
        {texts.session.signInNow}
      </button>
    </div>
  );
}
