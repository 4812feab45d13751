// On the map: the tools that choose venues, and how they are used.
import { useEffect } from "react";

import { useTexts } from "../language/language";
import { clearSelection, isSelecting, takeTool, useMaySelect, useSelection, type Shape } from "./selection";

const SHAPES: readonly Shape[] = ["rectangle", "lasso"];
/** Where the Escape key has something else to close. */
const OTHERS = ".ant-modal, .ant-drawer, .ant-select-open, .ant-popover";

export function SelectionKeys() {
  const texts = useTexts();
  const may = useMaySelect();
  const tool = useSelection((selection) => selection.tool);
  const selecting = useSelection(isSelecting);
  useEffect(() => {
    if (!selecting) return undefined;
    const escape = (event: KeyboardEvent): void => {
      if (event.key !== "Escape" || event.defaultPrevented || event.isComposing) return;
      if (event.target instanceof Element && event.target.closest(OTHERS) !== null) return;
      clearSelection();
    };
    addEventListener("keydown", escape);
    return () => removeEventListener("keydown", escape);
  }, [selecting]);
  if (!may) return null;
  return (
    <div className="selection-keys">
      {SHAPES.map((shape) => (
        <button
          key={shape}
          type="button"
          className="fit"
          data-testid={`select-${shape}`}
          aria-pressed={tool === shape}
          title={texts.groups.tools}
          onClick={() => takeTool(shape)}
        >
          {texts.groups[shape]}
        </button>
      ))}
      {tool !== null && <span>{texts.groups.hint}</span>}
    </div>
  );
}
