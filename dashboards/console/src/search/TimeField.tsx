// A time of day typed as people say it ("1620", "16:20", "7：05"): the latest such time that is past.
import { Input } from "antd";
import { useState } from "react";

import { calendarDay, hourAndMinute, instantOf } from "../language/time";
import { hubNowMs, useRoom } from "../room/store";
import { readTimeOfDay } from "./timeOfDay";

const DAY_MS = 86_400_000;

export function TimeField(props: { value: number | null; onChange: (atMs: number | null) => void; testid: string }) {
  const zone = useRoom((room) => room.community.time_zone, "UTC");
  const [typed, setTyped] = useState<{ text: string; value: number | null }>({ text: "", value: null });
  // What was typed stands until the value comes from elsewhere.
  const text = typed.value === props.value ? typed.text : props.value === null ? "" : hourAndMinute(props.value, zone);
  const time = readTimeOfDay(text);

  function change(next: string): void {
    const value = latestPast(next, zone);
    setTyped({ text: next, value });
    props.onChange(value);
  }

  return (
    <Input
      data-testid={props.testid}
      value={text}
      placeholder="16:20"
      allowClear
      status={text === "" || time !== null ? "" : "error"}
      onChange={(event) => change(event.target.value)}
    />
  );
}

function latestPast(text: string, zone: string): number | null {
  const read = readTimeOfDay(text);
  if (read === null) return null;
  const now = hubNowMs();
  const today = instantOf(calendarDay(now, zone), read, zone);
  return today !== null && today > now ? instantOf(calendarDay(now - DAY_MS, zone), read, zone) : today;
}
