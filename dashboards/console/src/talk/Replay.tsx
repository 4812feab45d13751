// One burst heard from its beginning while it goes on, instead of as it comes.
import { useEffect } from "react";

import { useTexts } from "../language/language";
import type { Burst } from "../room/room";
import { useRoom } from "../room/store";
import { Above } from "./Above";
import { leaveOut } from "./hearing";
import { useGroupWords } from "./names";
import { Player } from "./recordings/Player";
import "./recordings/recordings.css";

const NO_BURSTS: readonly Burst[] = [];

export function Replay({ burst, onClose }: { burst: Burst; onClose: () => void }) {
  const texts = useTexts();
  const words = useGroupWords();
  const now = useRoom((room) => room.bursts, NO_BURSTS).find((one) => one.burst_id === burst.burst_id) ?? burst;
  useEffect(() => {
    leaveOut(burst.burst_id);
    return () => leaveOut(null);
  }, [burst.burst_id]);
  const recorded = {
    burst_id: now.burst_id,
    call_id: now.call_id,
    call_kind: "group",
    group_id: now.group_id,
    group_name: words(now.group_id),
    talker_id: now.talker_id,
    talker_name: now.talker_name,
    started_at_ms: now.started_at_ms,
    duration_s: now.ended ? now.duration_s : null,
    packets: null,
    lost: null,
    radios_reached: now.radios_reached,
    radios_online: now.radios_online ?? 0,
    // How much there is only the hub knows; where there is nothing, the player says so.
    bytes: 1,
    interrupted: false,
  };
  return (
    <Above title={burst.ended ? texts.talk.calls.hear : texts.talk.calls.fromBeginning} testid="replay" onClose={onClose}>
      {!now.ended && <p>{texts.talk.replayHint}</p>}
      <Player key={burst.burst_id} burst={recorded} />
    </Above>
  );
}
