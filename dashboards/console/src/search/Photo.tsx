// A photo of the missing person: the people in it are boxed, the one chosen is searched for; the hub keeps nothing of it.
import { Button, Modal, Spin } from "antd";
import { useEffect, useRef, useState, type PointerEvent } from "react";

import { errorText, inLanguage, useLanguage, useTexts } from "../language/language";
import { HubError } from "../room/ask";
import { hub } from "../room/hub";
import type { PhotoAnswer, PhotoBox } from "../room/types";
import { boxBetween, placed, pointIn } from "./photoBox";
import { changeSearch, useSearch } from "./store";

const KINDS = ["image/jpeg", "image/png", "image/webp"];
/** The chosen person beside the line, pixels. */
const THUMB_PX = 96;

/** The person of the photo that is searched for, and a key to remove it. */
export function ChosenPhoto({ caseId }: { caseId: string }) {
  const { searchForm: words } = useTexts();
  const language = useLanguage((store) => store.language);
  const { photo } = useSearch(caseId);
  if (photo === null) return null;
  return (
    <div className="photo-row">
      <img src={photo.picture} alt={words.photoLike} />
      <span data-testid="photo-chosen">
        {words.photoLike}
        {photo.words !== "" && <small>{inLanguage(language, photo.words, photo.words_en)}</small>}
      </span>
      <button type="button" data-testid="photo-remove" onClick={() => changeSearch(caseId, { photo: null })}>
        {words.photoRemove}
      </button>
    </div>
  );
}

/** The key that takes a photo: pressed, dropped upon, or pasted anywhere. */
export function PhotoKey({ caseId }: { caseId: string }) {
  const { searchForm: words } = useTexts();
  const [file, setFile] = useState<Blob | null>(null);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    function paste(event: ClipboardEvent): void {
      const pasted = [...(event.clipboardData?.files ?? [])].find((one) => KINDS.includes(one.type));
      if (pasted !== undefined) setFile(pasted);
    }
    window.addEventListener("paste", paste);
    return () => window.removeEventListener("paste", paste);
  }, []);

  return (
    <span
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        const dropped = event.dataTransfer.files[0];
        if (dropped !== undefined) setFile(dropped);
      }}
    >
      <input
        ref={input}
        type="file"
        hidden
        accept={KINDS.join(",")}
        data-testid="photo-file"
        onChange={(event) => {
          setFile(event.target.files?.[0] ?? null);
          event.target.value = "";
        }}
      />
      <Button size="large" data-testid="photo-choose" title={words.photoHint} onClick={() => input.current?.click()}>
        {words.photo}
      </Button>
      {file !== null && <Choosing key={`${file.size} ${file.type}`} caseId={caseId} file={file} onDone={() => setFile(null)} />}
    </span>
  );
}

function Choosing({ caseId, file, onDone }: { caseId: string; file: Blob; onDone: () => void }) {
  const { searchForm: words } = useTexts();
  const language = useLanguage((store) => store.language);
  const [url] = useState(() => URL.createObjectURL(file));
  const [people, setPeople] = useState<PhotoAnswer["people"] | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const [isBusy, setBusy] = useState(true);
  const [drawn, setDrawn] = useState<{ from: readonly [number, number]; to: readonly [number, number] } | null>(null);
  const image = useRef<HTMLImageElement>(null);
  const stopped = useRef(false);
  useEffect(() => {
    stopped.current = false;
    return () => {
      stopped.current = true;
      URL.revokeObjectURL(url);
    };
  }, [url]);
  useEffect(() => {
    const stop = new AbortController();
    hub
      .lookAtPhoto(caseId, file, null, stop.signal)
      .then((answer) => setPeople(answer.people))
      .catch((error: unknown) => {
        if (!stop.signal.aborted) setFailure(error);
      })
      .finally(() => {
        if (!stop.signal.aborted) setBusy(false);
      });
    return () => stop.abort();
  }, [caseId, file]);

  async function choose(box: PhotoBox): Promise<void> {
    setBusy(true);
    setFailure(null);
    try {
      const { person } = await hub.lookAtPhoto(caseId, file, box);
      if (stopped.current) return;
      if (person === null) {
        setFailure(new HubError("nobody_there", words.photoNobodyThere, words.photoNobodyThere, null));
        return;
      }
      const picture = image.current === null ? "" : cutOut(image.current, box);
      changeSearch(caseId, { photo: { picture, like: person.like, words: person.words, words_en: person.words_en } });
      onDone();
    } catch (error) {
      setFailure(error);
    } finally {
      setBusy(false);
    }
  }

  const point = (event: PointerEvent): readonly [number, number] =>
    pointIn(image.current?.getBoundingClientRect() ?? { left: 0, top: 0, width: 1, height: 1 }, event.clientX, event.clientY);
  const box = drawn === null ? null : boxBetween(drawn.from, drawn.to);
  return (
    <Modal open footer={null} width="min(900px, 92vw)" title={people?.length === 0 ? words.photoNobody : words.photoWhich} onCancel={onDone}>
      {failure !== null && (
        <div className="failure" role="alert" data-testid="photo-failure">
          {errorText(language, failure)}
        </div>
      )}
      <Spin spinning={isBusy} tip={words.photoLooking}>
        <div
          className="photo-people"
          data-testid="photo-people"
          onPointerDown={(event) => {
            if (event.target instanceof HTMLButtonElement) return;
            event.currentTarget.setPointerCapture(event.pointerId);
            setDrawn({ from: point(event), to: point(event) });
          }}
          onPointerCancel={() => setDrawn(null)}
          onPointerMove={(event) => drawn !== null && setDrawn({ from: drawn.from, to: point(event) })}
          onPointerUp={() => {
            setDrawn(null);
            if (box !== null) void choose(box);
          }}
        >
          <img ref={image} src={url} alt={words.photo} draggable={false} />
          {(people ?? []).map((one, index) => (
            <button key={index} type="button" data-testid="photo-box" style={placed(one)} onClick={() => void choose(one)}>
              {index + 1}
            </button>
          ))}
          {box !== null && <i className="photo-drawn" style={placed(box)} />}
        </div>
      </Spin>
    </Modal>
  );
}

/** The person alone, as a small picture that stays in this page. */
function cutOut(image: HTMLImageElement, { left, top, right, bottom }: PhotoBox): string {
  const [widthPx, heightPx] = [(right - left) * image.naturalWidth, (bottom - top) * image.naturalHeight];
  const canvas = document.createElement("canvas");
  canvas.height = THUMB_PX;
  canvas.width = Math.max(1, Math.round((THUMB_PX * widthPx) / Math.max(1, heightPx)));
  canvas.getContext("2d")?.drawImage(image, left * image.naturalWidth, top * image.naturalHeight, widthPx, heightPx, 0, 0, canvas.width, canvas.height);
  return canvas.toDataURL("image/jpeg");
}
