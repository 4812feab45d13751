// A sheet from the lower edge, over everything: within the thumb's reach, closed by its key or a tap beside it.
import { useEffect, useRef, type ReactNode } from "react";

import { useGuardTexts } from "../language/guardTexts";

interface SheetProps {
  title: string;
  testid: string;
  /** Beside the title. */
  switches?: ReactNode;
  onClose: () => void;
  children: ReactNode;
}

export function Sheet(props: SheetProps) {
  const texts = useGuardTexts();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog
      ref={dialog}
      className="sheet"
      data-testid={`sheet-${props.testid}`}
      onClose={props.onClose}
      onClick={(event) => {
        if (event.target === dialog.current) props.onClose();
      }}
    >
      <div className="sheet-body">
        <header>
          <h2>{props.title}</h2>
          {props.switches}
        </header>
        <div className="sheet-rows">{props.children}</div>
        <button type="button" className="sheet-close" data-testid="sheet-close" onClick={props.onClose}>
          {texts.closeSheet}
        </button>
      </div>
    </dialog>
  );
}
