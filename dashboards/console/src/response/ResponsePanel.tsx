// Below the map: what is open on the left; of the chosen one its sums by grid, who has not answered yet, and its keys.
import { Button, Input, Popconfirm } from "antd";
import { useEffect, useState } from "react";

import { mediaUrl } from "../alerts/attachments";
import { useDoing } from "../browser/useDoing";
import { errorText, useLanguage, useTexts } from "../language/language";
import { clockTime, duration } from "../language/time";
import { useRoom } from "../room/store";
import type { Grid, Venue } from "../room/types";
import { useSecond } from "../screen/useSecond";
import { useMay } from "../session/store";
import { responseHub } from "./hub";
import { answeredOf, behindFirst, byUrgency, isLate, leftMs } from "./order";
import { beginOrder, chooseAsk, readAsks, useResponse } from "./store";
import type { Ask, AskStep, AskSum, Sum } from "./types";

const NO_GRIDS: ReadonlyMap<string, Grid> = new Map();
const NO_VENUES: ReadonlyMap<string, Venue> = new Map();
const COLUMNS = ["asked", "waiting", "taken", "arrived", "done", "cannot", "overdue"] as const;

export function ResponsePanel() {
  const { response: words } = useTexts();
  const language = useLanguage((store) => store.language);
  const { asks, failure, chosenId } = useResponse();
  const shown = byUrgency(asks);
  const chosen = shown.find((one) => one.ask_id === chosenId) ?? shown[0];
  return (
    <div className="response" data-testid="response-panel">
      <ul className="asks">
        {failure !== null && <li className="failure">{errorText(language, failure)}</li>}
        {shown.length === 0 && <li className="empty">{words.none}</li>}
        {shown.map((one) => (
          <Row key={one.ask_id} one={one} isChosen={one === chosen} />
        ))}
      </ul>
      {chosen !== undefined && <Detail key={chosen.ask_id} one={chosen} />}
    </div>
  );
}

function Row({ one, isChosen }: { one: Ask; isChosen: boolean }) {
  const texts = useTexts();
  const words = texts.response;
  const now = useSecond();
  const left = leftMs(one, now);
  const asked = Object.values(one.tally).reduce((a, b) => a + b, 0);
  return (
    <li>
      <button type="button" aria-pressed={isChosen} data-testid="ask-row" data-ask={one.ask_id} onClick={() => chooseAsk(one.ask_id)}>
        <i className={one.kind}>{words.kind[one.kind]}</i>
        <span className="text">
          {one.matter !== null && `${texts.cases.kind[one.matter]} · `}
          {one.text === "" ? words.noWords : one.text}
        </span>
        <span className={isLate(one, now) ? "late" : "quiet"}>
          {left > 0 ? words.left(duration(left, texts)) : words.late(duration(-left, texts))} ·{" "}
          {one.kind === "report" ? words.phase[one.phase] : words.answered(asked - one.tally.waiting, asked)}
        </span>
      </button>
    </li>
  );
}

/** The ask with its lines, and its sums; read anew as its own count or phase changes. */
function useDetail(one: Ask): { full: Ask; sum: AskSum | null } {
  const [found, setFound] = useState<{ full: Ask; sum: AskSum } | null>(null);
  useEffect(() => {
    let isGone = false;
    Promise.all([responseHub.find(one.ask_id), responseHub.sum(one.ask_id)]).then(
      ([full, sum]) => !isGone && setFound({ full, sum }),
      () => undefined, // the list says so
    );
    return () => {
      isGone = true;
    };
  }, [one]);
  return found ?? { full: one, sum: null };
}

function Detail({ one }: { one: Ask }) {
  const texts = useTexts();
  const words = texts.response;
  const zone = useRoom((room) => room.community.time_zone, "UTC");
  const grids = useRoom((room) => room.grids, NO_GRIDS);
  const venues = useRoom((room) => room.venues, NO_VENUES);
  const { full, sum } = useDetail(one);
  const gridName = (gridId: string | null): string => (gridId === null ? words.noGrid : (grids.get(gridId)?.name ?? gridId));
  const where = one.place.venue_id !== null ? (venues.get(one.place.venue_id)?.name ?? "") : "";
  const above = useResponse((desk) => desk.asks.find((other) => other.ask_id === one.passes_on));
  const from = above === undefined ? "" : words.passesOn(above.made_by_name, above.text);
  const inGrids = one.grid_ids === null ? words.allGrids : one.grid_ids.slice(0, 4).map(gridName).join(texts.clause);
  const said = one.kind === "report" ? full.lines : full.lines.filter((line) => line.state !== "waiting");
  const silent = one.kind === "report" ? [] : full.lines.filter((line) => line.state === "waiting").map((line) => line.name);
  return (
    <div className="ask-detail" data-testid="ask-detail">
      <header>
        <b>{one.text === "" ? words.noWords : one.text}</b>
        <span className="quiet">
          {[one.made_by_name, clockTime(one.made_at_ms, zone), inGrids, where, from].filter((word) => word !== "").join(" · ")}
          {one.whom !== null && <em className="late"> · {words.whom[one.whom]}</em>}
        </span>
        <Keys one={one} />
      </header>
      <div className="ask-body">
        {full.pictures.map((mediaId) => (
          <a key={mediaId} href={mediaUrl(mediaId)} target="_blank" rel="noreferrer">
            <img src={mediaUrl(mediaId)} alt={words.picture} />
          </a>
        ))}
        {silent.length > 0 && (
          <p className="silent" data-testid="ask-silent">
            {words.silent(one.tally.waiting, silent.join(texts.clause))}
            {silent.length < one.tally.waiting && "…"}
          </p>
        )}
        {sum !== null && one.kind !== "report" && (
          <table data-testid="ask-sums">
            <thead>
              <tr>
                <th />
                {COLUMNS.map((name) => (
                  <th key={name}>{words.column[name]}</th>
                ))}
              </tr>
            </thead>
            <tbody>
              <SumRow name={words.whole} sum={sum.whole} />
              {sum.grids.length > 1 && behindFirst(sum.grids).map((row) => <SumRow key={row.grid_id ?? ""} name={gridName(row.grid_id)} sum={row.sum} />)}
            </tbody>
          </table>
        )}
        <ol className="lines">
          {said.map((line) => (
            <li key={line.person_id} className={line.state}>
              <b>{line.name}</b> {words.state[line.state]}
              {line.state !== "waiting" && ` ${clockTime(line.state_at_ms, zone)}`}
              {line.text !== "" && ` · ${line.text}`}
              {line.pictures.map((mediaId) => (
                <a key={mediaId} href={mediaUrl(mediaId)} target="_blank" rel="noreferrer">
                  <img src={mediaUrl(mediaId)} alt={words.picture} />
                </a>
              ))}
            </li>
          ))}
        </ol>
      </div>
    </div>
  );
}

function SumRow({ name, sum }: { name: string; sum: Sum }) {
  return (
    <tr className={sum.overdue > 0 ? "late" : answeredOf(sum) === sum.asked ? "good" : ""}>
      <th>{name}</th>
      {COLUMNS.map((column) => (
        <td key={column} data-column={column}>
          {sum[column] === 0 ? "·" : sum[column]}
        </td>
      ))}
    </tr>
  );
}

const NEXT: Record<string, readonly AskStep[]> = { waiting: ["take"], taken: ["arrived", "done"], arrived: ["done"], cannot: ["take"] };

function Keys({ one }: { one: Ask }) {
  const { response: words } = useTexts();
  const language = useLanguage((store) => store.language);
  const opensCases = useMay("open_case");
  const directs = useMay("direct");
  const { busy, failure, doing } = useDoing();
  const [reason, setReason] = useState("");
  const isMine = one.kind === "report" || one.mine !== null;
  const closes = one.kind === "report" || one.mine === null; // whoever is asked answers it
  const state = one.mine?.state ?? "waiting";
  const say = (step: AskStep, text = ""): void =>
    doing(async () => {
      await responseHub.answer(one.ask_id, step, crypto.randomUUID(), text);
      await readAsks();
    });
  const then = (work: Promise<unknown>): Promise<void> => work.then(readAsks);
  return (
    <span className="ask-keys">
      {isMine &&
        NEXT[state]?.map((step) => (
          <Button key={step} size="small" type="primary" disabled={busy} data-testid={`ask-${step}`} onClick={() => say(step)}>
            {step === "take" && one.kind !== "report" ? words.accept : words.step[step]}
          </Button>
        ))}
      {isMine && state !== "cannot" && (
        <Popconfirm
          title={words.whyNot}
          description={<Input value={reason} maxLength={500} onChange={(event) => setReason(event.target.value)} />}
          okText={words.step.cannot}
          okButtonProps={{ disabled: reason.trim() === "" }}
          cancelText={words.back}
          onConfirm={() => say("cannot", reason)}
        >
          <Button size="small" disabled={busy} data-testid="ask-cannot">
            {words.step.cannot}
          </Button>
        </Popconfirm>
      )}
      {one.kind === "directive" && one.mine !== null && state !== "done" && directs && (
        <Button size="small" disabled={busy} data-testid="ask-pass-on" onClick={() => beginOrder(one)}>
          {words.passOn}
        </Button>
      )}
      {one.kind === "report" && one.case_id === null && opensCases && (
        <Button size="small" disabled={busy} data-testid="ask-case" onClick={() => doing(() => then(responseHub.makeCase(one.ask_id)))}>
          {words.makeCase}
        </Button>
      )}
      {one.case_id !== null && <span className="quiet">{words.hasCase}</span>}
      {closes && (
        <Popconfirm title={words.closeAsk} okText={words.close} cancelText={words.back} onConfirm={() => doing(() => then(responseHub.close(one.ask_id)))}>
          <Button size="small" disabled={busy} data-testid="ask-close">
            {words.close}
          </Button>
        </Popconfirm>
      )}
      {failure !== null && <span className="failure">{errorText(language, failure)}</span>}
    </span>
  );
}
