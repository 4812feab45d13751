// Below the map: everything that happened in the case at work, in order, with recordings to be heard; and notes.
import { Button, Input } from "antd";
import { useEffect, useRef, useState } from "react";

import { detach, handedOver, mediaUrl } from "../alerts/attachments";
import { PictureKey, ShownPicture } from "../alerts/PictureKey";
import { useOpenCase } from "../cases/store";
import { wordsOf } from "../events/words";
import { errorText, useLanguage, useTexts } from "../language/language";
import { clockTime } from "../language/time";
import { useRoom, useStore } from "../room/store";
import type { Item } from "../room/items";
import { useMay } from "../session/store";
import { useDraft } from "./drafts";
import { deskHub } from "./hub";
import { useTimeline } from "./useTimeline";

export function CaseTimeline() {
  const current = useOpenCase();
  return current === null ? null : <Lines key={current.case_id} caseId={current.case_id} />;
}

function Lines({ caseId }: { caseId: string }) {
  const texts = useTexts();
  const language = useLanguage((store) => store.language);
  const notes = useMay("handle_case");
  const { items, sums, failure } = useTimeline(caseId);
  const [text, setText] = useDraft(caseId, "note");
  const [refused, setRefused] = useState<unknown>(null);
  const end = useRef<HTMLLIElement>(null);
  useEffect(() => {
    void end.current?.scrollIntoView({ block: "nearest" });
  }, [items.length]);

  // The picture is of the case in which it was chosen.
  useEffect(() => () => detach("notePicture"), []);

  async function note(): Promise<void> {
    setRefused(null);
    try {
      const picture = await handedOver("notePicture");
      if (text.trim() === "" && picture === null) return;
      await deskHub.note(caseId, text.trim(), picture === null ? [] : [picture]);
      setText("");
      detach("notePicture");
    } catch (error) {
      setRefused(error);
    }
  }

  const wrong = refused ?? failure;
  return (
    <div className="case-timeline" data-testid="case-timeline">
      <ol>
        {items.length === 0 && <li className="empty">{texts.desk.nothing}</li>}
        {items.map((item) => (
          <Line key={item.number} item={item} sum={sums.get(item.subject)} />
        ))}
        <li ref={end} />
      </ol>
      {wrong !== null && <div className="failure">{errorText(language, wrong)}</div>}
      {notes && <ShownPicture what="notePicture" testid="case-note-picture-shown" />}
      {notes && (
        <div className="row">
          <Input
            value={text}
            maxLength={1000}
            placeholder={texts.desk.writeNote}
            data-testid="case-note"
            onChange={(event) => setText(event.target.value)}
            onPressEnter={() => void note()}
          />
          <PictureKey what="notePicture" testid="case-note-picture" hint={texts.desk.notePicture} />
          <Button data-testid="case-note-go" onClick={() => void note()}>
            {texts.desk.keepNote}
          </Button>
        </div>
      )}
    </div>
  );
}

function Line({ item, sum }: { item: Item; sum: { radios: number; acknowledged: number; reported: number } | undefined }) {
  const texts = useTexts();
  const language = useLanguage((store) => store.language);
  const zone = useRoom((room) => room.community.time_zone, "UTC");
  const listens = useMay("listen_back");
  const room = useStore.getState().room;
  if (room === null) return null;
  const burst = item.kind === "burst.ended" || item.kind === "case.recording" ? item.body.burst_id : null;
  const pictures = item.kind === "case.noted" ? item.body.pictures : [];
  return (
    <li data-testid="timeline-line" data-kind={item.kind}>
      <time>{clockTime(item.at_ms, zone)}</time>
      <span>
        {wordsOf(item, room, texts, language)}
        {item.kind === "alert.issued" && sum !== undefined && <em>{texts.desk.sum(sum.acknowledged, sum.radios, sum.reported)}</em>}
        {pictures.map((picture) => (
          <img key={picture} src={mediaUrl(picture)} alt="" loading="lazy" />
        ))}
      </span>
      {burst !== null && listens && <audio controls preload="none" src={`/api/talk/bursts/${burst}/audio`} />}
    </li>
  );
}
