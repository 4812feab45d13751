// Beside an alert's board: speak to all whom it went to, or to those alone who have not answered.
import { Button } from "antd";

import { errorText, useLanguage, useTexts } from "../language/language";
import { hourAndMinute } from "../language/time";
import type { AlertRecord } from "../room/room";
import { hubNowMs, useRoom } from "../room/store";
import type { Delivery } from "../room/types";
import { useMay, useSession } from "../session/store";
import type { GroupOrder } from "./hub";
import { alertName } from "./naming";
import { MAX_RADIOS } from "./temporary";
import { useOpening } from "./useOpening";
import "./groups.css";

export function AlertGroupKeys({ alert, silent }: { alert: AlertRecord; silent: readonly Delivery[] }) {
  const texts = useTexts();
  const language = useLanguage((store) => store.language);
  const calls = useMay("call");
  const hasWhole = useSession((session) => session.person?.places.some((place) => place.kind === "community") ?? false);
  const zone = useRoom((room) => room.community.time_zone, "UTC");
  const { isOpening, failure, open } = useOpening();
  if (!calls) return null;
  const name = (whose: "all" | "silent"): string => alertName(alert.text, whose, hourAndMinute(hubNowMs(), zone), texts);
  const radioIds = (deliveries: Iterable<Delivery>): string[] => [...deliveries].map((one) => one.radio_id);
  // Whoever has grids sees the deliveries to their own radios alone, and may call no others.
  const all = (): GroupOrder => ({
    name: name("all"),
    ...(hasWhole ? { alert_id: alert.alert_id } : { radio_ids: radioIds(alert.deliveries.values()) }),
  });
  const ofSilent = (): GroupOrder => ({ name: name("silent"), radio_ids: radioIds(silent) });
  // One of more radios than a group may have could not be pressed: it has no key.
  const key = (testid: string, count: number, label: string, order: () => GroupOrder) =>
    count > 0 &&
    count <= MAX_RADIOS && (
      <Button size="small" data-testid={testid} loading={isOpening} title={label} onClick={() => void open(order())}>
        {label}
      </Button>
    );
  return (
    <>
      <div className="alert-groups">
        {key("group-of-alert", alert.deliveries.size, texts.groups.ofAlert(alert.deliveries.size), all)}
        {silent.length < alert.deliveries.size && key("group-of-silent", silent.length, texts.groups.ofSilent(silent.length), ofSilent)}
      </div>
      {failure !== null && (
        <div className="failure" role="alert" data-testid="alert-group-failure">
          {errorText(language, failure)}
        </div>
      )}
    </>
  );
}
