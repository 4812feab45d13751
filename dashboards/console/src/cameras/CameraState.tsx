// How a camera stands, in words: its stream, and below that what is not right.
import { detailIn } from "../language/detail";
import { useLanguage, useTexts } from "../language/language";
import type { Camera } from "../room/types";
import { isInOrder, troublesOf, type Trouble } from "./troubles";

export function CameraState({ camera }: { camera: Camera }) {
  const texts = useTexts();
  const words = texts.cameras;
  const language = useLanguage((store) => store.language);
  const said = (trouble: Trouble): string => {
    if (trouble.kind === "picture") return texts.live.picture[trouble.picture];
    return trouble.kind === "clock" ? words.clockOff(trouble.offsetS) : words.trouble[trouble.kind];
  };
  const tone = isInOrder(camera) ? "state-good" : camera.condition === "connecting" ? "state-wait" : "state-bad";
  // Of an agreement that is over the hub's detail says nothing more.
  const detail = camera.agreement_over ? "" : detailIn(language, camera.detail);
  return (
    <span data-testid={`camera-state-${camera.camera_id}`} data-condition={camera.condition}>
      {!camera.agreement_over && <span className={tone}>{texts.condition[camera.condition]}</span>}
      {troublesOf(camera).map((one) => (
        <b key={one.kind} className={`camera-trouble ${one.kind === "clock" || one.kind === "picture" ? "state-wait" : "state-bad"}`} data-trouble={one.kind}>
          {said(one)}
        </b>
      ))}
      {detail !== "" && <i className="cell-second">{detail}</i>}
    </span>
  );
}
