// Signing in again over the room: nothing below can be read or reached, and nothing of it is lost.
import { useEffect, useRef } from "react";

import { EntryPage } from "./EntryPage";
import { SignIn } from "./SignIn";

export function SignInOver() {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const shown = dialog.current;
    // Modal: everything else on the page, open drawers and lists too, takes neither keys nor clicks.
    const show = (): void => {
      if (shown === null || shown.open) return;
      shown.showModal();
      // The account stands there already; a dialog by itself would put the focus on its first button.
      shown.querySelector<HTMLInputElement>("input[type=password]")?.focus();
    };
    show();
    shown?.addEventListener("close", show);
    return () => shown?.removeEventListener("close", show);
  }, []);
  return (
    <dialog ref={dialog} className="sign-in-over" data-testid="sign-in-over" onCancel={(event) => event.preventDefault()}>
      <EntryPage>
        <SignIn />
      </EntryPage>
    </dialog>
  );
}
