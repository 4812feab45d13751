// The way into the recorded calls, for who may hear them, and their drawer; the talk strip below it stays at hand.
import { Drawer } from "antd";
import { useState } from "react";

import { useTexts } from "../../language/language";
import { useMay } from "../../session/store";
import { Recordings } from "./Recordings";
import "./recordings.css";

export function RecordingsButton() {
  const texts = useTexts();
  const listensBack = useMay("listen_back");
  const [open, setOpen] = useState(false);
  if (!listensBack) return null;
  return (
    <>
      <button type="button" className="recordings-open" data-testid="recordings-open" onClick={() => setOpen(true)}>
        {texts.recordings.open}
      </button>
      <Drawer
        open={open}
        onClose={() => setOpen(false)}
        title={texts.recordings.title}
        size="min(1080px, 100vw)"
        className="recordings-drawer"
        rootClassName="recordings-above-talk"
        mask={false}
        destroyOnHidden
      >
        <Recordings />
      </Drawer>
    </>
  );
}
