// Exporting what is marked: one camera's clip, who in it is to be known, and why where that is everybody.
import { Input, Radio, Segmented, Select } from "antd";
import { useMemo, useState } from "react";

import type { Blur, Cut } from "../exports/hub";
import { FormModal } from "../forms/FormModal";
import { useTexts } from "../language/language";
import { clockTime, duration } from "../language/time";
import { part } from "../room/ask";
import { useRoom } from "../room/store";
import { useHits } from "../search/useHits";
import { playbackHub, type CameraPast } from "./hub";

interface Props {
  caseId: string;
  cameraIds: readonly string[];
  sinceMs: number;
  untilMs: number;
  pasts: readonly CameraPast[];
  onDone: () => void;
  onClose: () => void;
}

const LEAST_REASON = 4;
const BLURS: readonly Blur[] = ["others", "all_but_sought", "none"];
const CUTS: readonly Cut[] = ["exact", "key"];
/** Sightings that are offered with their pictures, hits of the search first. */
const MOST_OFFERED = 40;

export function ExportForm({ caseId, cameraIds, sinceMs, untilMs, pasts, onDone, onClose }: Props) {
  const texts = useTexts();
  const words = texts.playback;
  const zone = useRoom((room) => room.community.time_zone, "UTC");
  const cameras = useRoom((room) => room.cameras, null);
  const hits = useHits();
  const [cameraId, setCameraId] = useState(cameraIds[0] ?? "");
  const [blur, setBlur] = useState<Blur>("others");
  const [cut, setCut] = useState<Cut>("exact");
  const [chosen, setChosen] = useState<ReadonlySet<string> | null>(null);
  const [reason, setReason] = useState("");
  const offered = useMemo(() => {
    const rank = new Map(hits.map(({ hit }, index) => [hit.sighting.sighting_id, index]));
    const here = pasts.find((past) => past.camera_id === cameraId)?.sightings ?? [];
    return here
      .filter((one) => one.ended_at_ms >= sinceMs && one.started_at_ms <= untilMs)
      .map((one) => ({ ...one, rank: rank.get(one.sighting_id) ?? Infinity }))
      .sort((one, other) => (one.rank === other.rank ? one.started_at_ms - other.started_at_ms : one.rank - other.rank))
      .slice(0, MOST_OFFERED);
  }, [hits, pasts, cameraId, sinceMs, untilMs]);
  // The best hit in the clip is the person sought until somebody says otherwise.
  const sought = chosen ?? new Set(offered.slice(0, 1).filter((one) => one.rank < Infinity).map((one) => one.sighting_id));
  const mayCopy = blur === "none";

  async function save(): Promise<void> {
    await playbackHub.order(caseId, {
      camera_id: cameraId,
      from_ms: Math.floor(sinceMs),
      until_ms: Math.ceil(untilMs),
      cut: mayCopy ? cut : "exact",
      blur,
      sought: [...sought],
      reason: reason.trim(),
    });
    onDone();
  }

  function toggle(sightingId: string): void {
    const next = new Set(sought);
    if (!next.delete(sightingId)) next.add(sightingId);
    setChosen(next);
  }

  return (
    <FormModal
      title={words.exportOf(clockTime(sinceMs, zone), clockTime(untilMs, zone), duration(untilMs - sinceMs, texts))}
      testid="export"
      width={760}
      isComplete={cameraId !== "" && (blur !== "none" || reason.trim().length >= LEAST_REASON) && (blur !== "all_but_sought" || sought.size > 0)}
      save={words.export}
      onSave={save}
      onClose={onClose}
    >
      <label>
        <span className="label">{words.camera}</span>
        <Select
          className="wide"
          value={cameraId}
          options={cameraIds.map((id) => ({ value: id, label: cameras?.get(id)?.name ?? id }))}
          onChange={(id) => {
            setCameraId(id);
            setChosen(null);
          }}
        />
      </label>
      <div>
        <span className="label">{words.blur}</span>
        <Radio.Group
          className="export-blurs"
          value={blur}
          onChange={({ target }) => setBlur(target.value as Blur)}
          options={BLURS.map((one) => ({ value: one, label: <span data-testid={`blur-${one}`}>{words.blurs[one]}</span> }))}
        />
        <p className="hint">{words.blurHints[blur]}</p>
      </div>
      {blur !== "none" && (
        <div>
          <span className="label">{words.sought(sought.size)}</span>
          {offered.length === 0 ? (
            <p className="hint">{words.noneOffered}</p>
          ) : (
            <div className="export-sought">
              {offered.map((one) => (
                <button key={one.sighting_id} type="button" data-testid="export-sought" aria-pressed={sought.has(one.sighting_id)} onClick={() => toggle(one.sighting_id)}>
                  <img src={`/api/cases/${part(caseId)}/sightings/${part(one.sighting_id)}/picture`} alt="" loading="lazy" />
                  {clockTime(one.started_at_ms, zone)}
                </button>
              ))}
            </div>
          )}
        </div>
      )}
      {blur === "none" && (
        <>
          <label>
            <span className="label">{words.reason}</span>
            <Input.TextArea data-testid="export-reason" rows={2} maxLength={500} value={reason} onChange={(event) => setReason(event.target.value)} />
          </label>
          <div>
            <Segmented options={CUTS.map((one) => ({ value: one, label: words.cuts[one] }))} value={cut} onChange={(one) => setCut(one)} />
            <p className="hint">{words.cutHints[cut]}</p>
          </div>
        </>
      )}
      <p className="hint">{words.exportHint}</p>
    </FormModal>
  );
}
