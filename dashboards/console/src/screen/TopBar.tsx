// The top of the screen: the community, its clock, what is on line, both lines to the hub, who is signed in.
import { useMemo } from "react";

import { Administration } from "../administration/Administration";
import { DoorSign } from "../fallback/DoorSign";
import { FoundKey } from "../found/FoundKey";
import { useTexts } from "../language/language";
import { calendarDay, clockTime } from "../language/time";
import { LiveKey } from "../live/LiveKey";
import type { LineState } from "../room/feed";
import { MissingKey } from "../missing/MissingKey";
import { WhistleKey } from "../response/WhistleKey";
import { RollCallButton } from "../rollcall/RollCallButton";
import { useRoom, useStore } from "../room/store";
import type { Camera, Radio } from "../room/types";
import { MeMenu } from "../session/MeMenu";
import { useMay } from "../session/store";
import { useTalk } from "../talk/store";
import { useSecond } from "./useSecond";

const NO_RADIOS: ReadonlyMap<string, Radio> = new Map();
const NO_CAMERAS: ReadonlyMap<string, Camera> = new Map();

function Line({ name, state, testid }: { name: string; state: LineState; testid: string }) {
  const texts = useTexts();
  return (
    <span className={`wire ${state}`} data-testid={testid} data-state={state}>
      {name} {texts.top.line[state]}
    </span>
  );
}

function Online(props: { name: string; online: number; total: number; testid: string }) {
  return (
    <span className={`online${props.online < props.total ? " short" : ""}`} data-testid={props.testid} data-online={props.online}>
      {props.name} <b>{props.online}</b>/{props.total}
    </span>
  );
}

function Clock() {
  const now = useSecond();
  const zone = useRoom((room) => room.community.time_zone, "UTC");
  return (
    <time className="clock">
      {calendarDay(now, zone)} <b>{clockTime(now, zone)}</b>
    </time>
  );
}

export function TopBar() {
  const texts = useTexts();
  const community = useRoom((room) => room.community.name, "");
  const radios = useRoom((room) => room.radios, NO_RADIOS);
  const cameras = useRoom((room) => room.cameras, NO_CAMERAS);
  const events = useStore((store) => store.line);
  const talk = useTalk((store) => store.line);
  const talks = useMay("answer_call");
  const watches = useMay("watch_live");
  const radiosOnline = useMemo(() => [...radios.values()].filter((one) => one.online).length, [radios]);
  const camerasOnline = useMemo(
    () => [...cameras.values()].filter((one) => one.condition === "online" || one.condition === "finished").length,
    [cameras],
  );
  return (
    <header className="top">
      <h1>
        {texts.product} <span>{community}</span>
      </h1>
      <Clock />
      <Online name={texts.top.radios} online={radiosOnline} total={radios.size} testid="radios-online" />
      <RollCallButton />
      <Online name={texts.top.cameras} online={camerasOnline} total={cameras.size} testid="cameras-online" />
      {watches && <LiveKey />}
      <MissingKey />
      <WhistleKey />
      <FoundKey />
      <span className="space" />
      <Line name={texts.top.events} state={events} testid="connection-events" />
      <DoorSign />
      {talks && <Line name={texts.top.talk} state={talk} testid="connection-talk" />}
      <Administration />
      <MeMenu />
    </header>
  );
}
