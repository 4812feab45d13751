// The devices that answer on the network; one is chosen, and asked with a password which streams it has.
import { Button, Input, Progress } from "antd";
import { useEffect, useRef, useState, type RefObject } from "react";

import { errorText, useLanguage, useTexts } from "../language/language";
import { useRoom } from "../room/store";
import type { Camera } from "../room/types";
import { addressesOf } from "./enrolling";
import { camerasHub, SEARCH_S, type Device, type Found, type FoundDevice, type OfferedStream } from "./hub";
import { LoginFields, type LoginRef } from "./LoginFields";
import { WRONG_CLOCK_S } from "./troubles";

const NO_CAMERAS: ReadonlyMap<string, Camera> = new Map();
const STEP_MS = 100;
/** A recorder of many cameras answers as one device; of these so many are named. */
const NAMED = 2;

interface Props {
  found: Found | null;
  onFound: (found: Found | null) => void;
  device: string | null;
  onDevice: (device: FoundDevice) => void;
  login: RefObject<LoginRef | null>;
}

/** What is under way, how it ended; the one before is given up when another begins, or the form closes. */
function useAsking<Value>(): { asking: boolean; failure: unknown; ask: (doing: (signal: AbortSignal) => Promise<Value>, then: (value: Value) => void) => void; drop: () => void } {
  const stop = useRef<AbortController | null>(null);
  const [state, setState] = useState<{ asking: boolean; failure: unknown }>({ asking: false, failure: null });
  useEffect(() => () => stop.current?.abort(), []);
  const drop = (): void => {
    stop.current?.abort();
    stop.current = null;
    setState({ asking: false, failure: null });
  };
  const ask = (doing: (signal: AbortSignal) => Promise<Value>, then: (value: Value) => void): void => {
    stop.current?.abort();
    const own = new AbortController();
    stop.current = own;
    setState({ asking: true, failure: null });
    doing(own.signal).then(
      (value) => {
        if (own.signal.aborted) return;
        setState({ asking: false, failure: null });
        then(value);
      },
      (failure: unknown) => !own.signal.aborted && setState({ asking: false, failure }),
    );
  };
  return { ...state, ask, drop };
}

export function SearchDevices({ found, onFound, device, onDevice, login }: Props) {
  const words = useTexts().cameras;
  const language = useLanguage((store) => store.language);
  const [written, setWritten] = useState("");
  const [looked, setLooked] = useState<Device | null>(null);
  const search = useAsking<Found>();
  const looking = useAsking<Device>();
  const lookAnew = (): void => {
    setLooked(null);
    looking.drop();
  };

  function look(): void {
    const who = login.current?.read() ?? { user: "admin", password: "" };
    if (device === null) return;
    setLooked(null);
    looking.ask((signal) => camerasHub.look(device, who, signal), setLooked);
  }

  return (
    <>
      <div className="row">
        <Input
          className="grow"
          data-testid="enrol-addresses"
          autoComplete="off"
          placeholder={words.searchAddresses}
          value={written}
          onChange={(event) => setWritten(event.target.value)}
          onPressEnter={(event) => {
            event.preventDefault();
            search.ask((signal) => camerasHub.discover(addressesOf(written), signal), onFound);
          }}
        />
        <Button
          data-testid="enrol-search"
          type={found === null ? "primary" : "default"}
          loading={search.asking}
          onClick={() => search.ask((signal) => camerasHub.discover(addressesOf(written), signal), onFound)}
        >
          {found === null ? words.searchNow : words.searchAgain}
        </Button>
      </div>
      {search.asking && <Searching />}
      {search.failure !== null && (
        <div className="failure" role="alert" data-testid="enrol-search-failure">
          {errorText(language, search.failure)}
        </div>
      )}
      {found === null && !search.asking && <p className="hint">{words.searchHint}</p>}
      {found !== null && !search.asking && (
        <Devices
          found={found}
          device={device}
          onDevice={(chosen) => {
            lookAnew();
            onDevice(chosen);
          }}
        />
      )}
      {device !== null && (
        <>
          <LoginFields ref={login} onChange={lookAnew} />
          <div className="row">
            <Button data-testid="enrol-look" loading={looking.asking} onClick={look}>
              {words.look}
            </Button>
            <span className="hint">{looking.asking ? words.looking : words.lookHint}</span>
          </div>
          {looking.failure !== null && (
            <div className="failure" role="alert" data-testid="enrol-look-failure">
              {errorText(language, looking.failure)}
            </div>
          )}
          {looked !== null && <Looked device={looked} />}
        </>
      )}
    </>
  );
}

/** How far a search is: it always takes as long. */
function Searching() {
  const words = useTexts().cameras;
  const [ms, setMs] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => setMs((before) => before + STEP_MS), STEP_MS);
    return () => clearInterval(timer);
  }, []);
  return (
    <div data-testid="enrol-searching">
      <span className="hint">{words.searching(SEARCH_S)}</span>
      <Progress percent={Math.min(99, ms / SEARCH_S / 10)} showInfo={false} size="small" />
    </div>
  );
}

function Devices({ found, device, onDevice }: { found: Found; device: string | null; onDevice: (device: FoundDevice) => void }) {
  const texts = useTexts();
  const words = texts.cameras;
  const cameras = useRoom((room) => room.cameras, NO_CAMERAS);
  const here = (one: FoundDevice): string[] => one.camera_ids.flatMap((id) => cameras.get(id)?.name ?? []);
  return (
    <div>
      <span className="label" data-testid="enrol-found">
        {found.devices.length === 0 ? words.nobodyAnswered : words.answered(found.devices.length)}
      </span>
      <div className="enrol-devices" role="radiogroup">
        {found.devices.map((one) => (
          <button
            key={one.address}
            type="button"
            role="radio"
            aria-checked={one.address === device}
            className={one.address === device ? "chosen" : ""}
            data-testid="enrol-device"
            onClick={() => onDevice(one)}
          >
            <b>{one.name === "" ? words.nameless : one.name}</b>
            <span>{[one.hardware, one.location].filter((each) => each !== "").join(" · ")}</span>
            <i>{one.address}</i>
            {here(one).length > 0 && <em className="state-wait">{words.enrolledAs(here(one).slice(0, NAMED), here(one).length)}</em>}
          </button>
        ))}
      </div>
      {found.not_understood.length > 0 && <p className="hint">{words.notUnderstood(found.not_understood.join(texts.comma))}</p>}
    </div>
  );
}

function Looked({ device }: { device: Device }) {
  const texts = useTexts();
  const words = texts.cameras;
  const offsetS = Math.round(device.clock_offset_s ?? 0);
  const stream = (one: OfferedStream): string =>
    [
      words.coding[one.coding],
      `${one.width_px}×${one.height_px}`,
      ...(one.frames_per_s === null ? [] : [words.framesPerS(one.frames_per_s)]),
      ...(one.kbit_per_s === null ? [] : [texts.map.camera.megabits((one.kbit_per_s / 1000).toFixed(1))]),
    ].join(" · ");
  return (
    <dl className="enrol-looked" data-testid="enrol-looked">
      <dt>{words.device}</dt>
      <dd>{[device.name, device.firmware].filter((each) => each !== "").join(" · ")}</dd>
      <dt>{words.mainStream}</dt>
      <dd>{stream(device.main)}</dd>
      <dt>{words.subStream}</dt>
      <dd className={device.sub === null ? "state-wait" : ""}>{device.sub === null ? words.noSub : stream(device.sub)}</dd>
      {Math.abs(offsetS) > WRONG_CLOCK_S && (
        <>
          <dt>{texts.map.camera.clock}</dt>
          <dd className="state-bad">{words.clockOff(offsetS)}</dd>
        </>
      )}
    </dl>
  );
}
