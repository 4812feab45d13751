// A sheet that lies above the talk strip, over the map, until it is closed.
import { useEffect, type ReactNode } from "react";

import { useTexts } from "../language/language";

interface Props {
  title: string;
  testid: string;
  onClose: () => void;
  children: ReactNode;
}

export function Above({ title, testid, onClose, children }: Props) {
  const texts = useTexts();
  useEffect(() => {
    const down = (event: KeyboardEvent): void => {
      if (event.key === "Escape") onClose();
    };
    addEventListener("keydown", down);
    return () => removeEventListener("keydown", down);
  }, [onClose]);
  return (
    <aside className="above" data-testid={testid}>
      <header>
        <b>{title}</b>
        <button type="button" aria-label={texts.map.close} title={texts.map.close} onClick={onClose}>
          ×
        </button>
      </header>
      {children}
    </aside>
  );
}
