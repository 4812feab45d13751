// The addresses of a camera's streams, as somebody writes them, and what is wrong with one.
import { Input, Segmented } from "antd";

import { useTexts } from "../language/language";
import { addressFault, isDevice, type Enrolling } from "./enrolling";

const MOST_ADDRESS = 2000;

export function StreamAddresses({ camera, onChange }: { camera: Enrolling; onChange: (changed: Partial<Enrolling>) => void }) {
  const words = useTexts().cameras;
  const device = isDevice(camera.main);
  return (
    <>
      <label>
        <span className="label">{words.mainAddress}</span>
        <Input
          data-testid="enrol-main"
          autoComplete="off"
          spellCheck={false}
          maxLength={MOST_ADDRESS}
          placeholder="rtsp://192.168.1.64/ch1/main"
          value={camera.main}
          onChange={(event) => onChange({ main: event.target.value })}
        />
        <Fault address={camera.main} stream="main" />
      </label>
      <p className="hint">{words.addressHint}</p>
      {!device && (
        <label>
          <span className="label">{words.subAddress}</span>
          <Input
            data-testid="enrol-sub"
            autoComplete="off"
            spellCheck={false}
            maxLength={MOST_ADDRESS}
            placeholder="rtsp://192.168.1.64/ch1/sub"
            value={camera.sub}
            onChange={(event) => onChange({ sub: event.target.value })}
          />
          <Fault address={camera.sub} stream="sub" />
        </label>
      )}
      <div>
        <span className="label">{words.transport}</span>
        <Segmented
          data-testid="enrol-transport"
          options={[
            { value: "tcp", label: words.tcp },
            { value: "udp", label: words.udp },
          ]}
          value={camera.transport}
          onChange={(transport) => onChange({ transport: transport === "udp" ? "udp" : "tcp" })}
        />
      </div>
    </>
  );
}

function Fault({ address, stream }: { address: string; stream: "main" | "sub" }) {
  const words = useTexts().cameras;
  const fault = address.trim() === "" ? "none" : addressFault(address, stream);
  if (fault === "none") return null;
  return <p className="differs">{words.addressFault[fault]}</p>;
}
