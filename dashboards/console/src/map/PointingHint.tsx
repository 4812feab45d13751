// On the map while a place is to be clicked: what to do, and Escape lets it be.
import { useEffect } from "react";

import { useTexts } from "../language/language";
import { stopPointing } from "../search/pointing";

export function PointingHint() {
  const { searchForm: words } = useTexts();
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      if (event.key === "Escape") stopPointing();
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, []);
  return (
    <div className="selection-keys" data-testid="pointing">
      <span>{words.pointHint}</span>
      <button type="button" className="fit" onClick={stopPointing}>
        {words.pointDrop}
      </button>
    </div>
  );
}
