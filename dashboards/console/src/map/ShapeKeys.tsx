// On the map while a shape is drawn for an alert: what to do next, one step back, done, and away with it.
import { useEffect } from "react";

import { useTexts } from "../language/language";
import { finishDrawing, isDrawing, isShape, setWithin, stopDrawing, undoPoint, useDrawing, WITHIN_M } from "./drawing";

/** Where Enter, Escape and Backspace are somebody else's. */
const OTHERS = "input, textarea, button, .ant-modal, .ant-drawer, .ant-select-open, .ant-popover";

export function ShapeKeys({ venues }: { venues: number }) {
  const texts = useTexts();
  const words = texts.alerts.draw;
  const drawing = useDrawing();
  const { kind, points, withinM } = drawing;
  const isOpen = isDrawing(drawing);
  useEffect(() => {
    if (!isOpen) return undefined;
    const press = (event: KeyboardEvent): void => {
      if (event.target instanceof Element && event.target.closest(OTHERS) !== null) return;
      if (event.key === "Escape") stopDrawing();
      else if (event.key === "Enter") finishDrawing();
      else if (event.key === "Backspace" || (event.key === "z" && event.ctrlKey)) undoPoint();
      else return;
      event.preventDefault();
    };
    // Whoever takes up the pencil has pressed a key of the page, which would go on taking Enter.
    if (document.activeElement instanceof HTMLButtonElement) document.activeElement.blur();
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, [isOpen]);
  if (kind === null) return null;
  return (
    <div className="selection-keys shape-keys" data-testid="shape-keys" data-points={points.length} data-venues={venues}>
      <span>{isOpen ? words[kind === "polygon" ? "polygonHint" : "pathHint"] : words.doneHint}</span>
      {kind === "path" && (
        <label>
          {words.within}
          <input
            type="number"
            data-testid="shape-within"
            min={WITHIN_M.least}
            max={WITHIN_M.most}
            step={10}
            value={withinM}
            onChange={({ target }) => {
              const m = target.valueAsNumber;
              if (m >= WITHIN_M.least && m <= WITHIN_M.most) setWithin(Math.round(m));
            }}
          />
          {words.metres}
        </label>
      )}
      <button type="button" className="fit" data-testid="shape-undo" disabled={points.length === 0} onClick={undoPoint}>
        {words.undo}
      </button>
      {isOpen && (
        <button type="button" className="fit" data-testid="shape-finish" disabled={!isShape(drawing)} onClick={finishDrawing}>
          {words.finish}
        </button>
      )}
      <button type="button" className="fit" data-testid="shape-drop" onClick={stopDrawing}>
        {words.drop}
      </button>
    </div>
  );
}
