// A report by three taps: what it is, a photo that may be passed over, send. The place is taken by itself.
import { useEffect, useMemo, useState } from "react";

import type { Matter } from "../../../console/src/response/types";
import type { ReportPress } from "../answers/kept";
import { smallPicture } from "../answers/pictures";
import { pressReport } from "../answers/store";
import { useGuardTexts } from "../language/guardTexts";
import { Sheet } from "../screen/Sheet";

const SIGNS: Readonly<Record<Matter, string>> = { hazard: "⚠", dispute: "⇄", public_order: "⚡", help: "✚", missing_person: "？" };
const MATTERS: readonly Matter[] = ["hazard", "dispute", "public_order", "help", "missing_person"];
const MOST_TEXT = 500;

export function ReportSheet({ onClose }: { onClose: () => void }) {
  const own = useGuardTexts().report;
  const [matter, setMatter] = useState<Matter | null>(null);
  return (
    <Sheet title={matter === null ? own.what : own.matter[matter]} testid="report" onClose={onClose}>
      {matter === null ? (
        <div className="matters">
          {MATTERS.map((one) => (
            <button key={one} type="button" className="matter" data-testid={`matter-${one}`} onClick={() => setMatter(one)}>
              <b aria-hidden="true">{SIGNS[one]}</b>
              {own.matter[one]}
            </button>
          ))}
        </div>
      ) : (
        <Rest matter={matter} onClose={onClose} />
      )}
    </Sheet>
  );
}

function Rest({ matter, onClose }: { matter: Matter; onClose: () => void }) {
  const own = useGuardTexts().report;
  const place = usePlace();
  const [picture, setPicture] = useState<Blob | null>(null);
  const [text, setText] = useState("");
  const [failure, setFailure] = useState("");
  const [isBusy, setBusy] = useState(false);
  const take = (photo: File | undefined): void => {
    if (photo === undefined) return;
    setBusy(true);
    smallPicture(photo)
      .then((small) => (setPicture(small), setFailure("")), () => setFailure(own.noPicture))
      .finally(() => setBusy(false));
  };
  const send = async (): Promise<void> => {
    setBusy(true);
    const isTaken = await pressReport({ matter, text, place }, picture);
    setBusy(false);
    if (isTaken) onClose();
    else setFailure(own.full);
  };
  return (
    <div className="report">
      <label className="photo">
        <input type="file" accept="image/*" capture="environment" data-testid="report-photo" onChange={(event) => take(event.target.files?.[0])} />
        {picture === null ? own.photo : <Shown picture={picture} />}
      </label>
      <textarea rows={2} data-testid="report-text" maxLength={MOST_TEXT} placeholder={own.text} aria-label={own.text} value={text} onChange={(event) => setText(event.target.value)} />
      <p className="report-place" data-testid="report-place" data-known={place !== null}>
        {place === null ? own.noPlace : own.place(Math.round(place.accuracy_m))}
      </p>
      {failure !== "" && <p className="failure" role="alert">{failure}</p>}
      <button type="button" className="report-send" data-testid="report-send" disabled={isBusy} onClick={() => void send()}>
        {picture === null ? own.sendWithout : own.send}
      </button>
    </div>
  );
}

function Shown({ picture }: { picture: Blob }) {
  const own = useGuardTexts().report;
  const url = useMemo(() => URL.createObjectURL(picture), [picture]);
  useEffect(() => () => URL.revokeObjectURL(url), [url]);
  return <img src={url} alt={own.photo} data-testid="report-picture" />;
}

/** Where the phone is, as soon as it knows; null without its leave. */
function usePlace(): ReportPress["place"] {
  const [place, setPlace] = useState<ReportPress["place"]>(null);
  useEffect(() => {
    if (!("geolocation" in navigator)) return undefined;
    const watch = navigator.geolocation.watchPosition(
      ({ coords: { latitude, longitude, accuracy } }) => setPlace({ latitude, longitude, accuracy_m: accuracy }),
      () => undefined,
      { enableHighAccuracy: true, maximumAge: 30_000 },
    );
    return () => navigator.geolocation.clearWatch(watch);
  }, []);
  return place;
}
