// How many radios the alert being written goes to, before anybody presses.
import { useMemo } from "react";

import { useTexts } from "../language/language";
import { useStore } from "../room/store";
import { radiosOf } from "./reach";
import { useAlertDesk } from "./store";

export function ReachLine() {
  const texts = useTexts();
  const target = useAlertDesk((desk) => desk.target);
  const room = useStore((store) => store.room);
  const radios = useMemo(() => (room === null ? [] : radiosOf(target, room)), [target, room]);
  const online = radios.filter((one) => one.online).length;
  return (
    <span className={`grow reach${online < radios.length || radios.length === 0 ? " short" : ""}`} data-testid="alert-reach" data-radios={radios.length} data-online={online}>
      {radios.length === 0 ? texts.alerts.reachNobody : texts.alerts.reach(radios.length, online)}
    </span>
  );
}
