// Adds the recording that plays to the case at work.
import { Button } from "antd";
import { useState } from "react";

import { useDoing } from "../../browser/useDoing";
import { useOpenCase } from "../../cases/store";
import { deskHub } from "../../desk/hub";
import { errorText, useLanguage, useTexts } from "../../language/language";
import { useMay } from "../../session/store";

export function CaseKey({ burstId }: { burstId: number }) {
  const { recordings: words } = useTexts();
  const language = useLanguage((store) => store.language);
  const current = useOpenCase();
  const may = useMay("open_case");
  const [addedTo, setAddedTo] = useState<string | null>(null);
  const { busy, failure, doing } = useDoing();
  if (!may || current === null) return null;
  const isIn = addedTo === current.case_id;
  const add = async (): Promise<void> => {
    await deskHub.addRecording(current.case_id, burstId);
    setAddedTo(current.case_id);
  };
  return (
    <>
      <Button data-testid="recording-to-case" title={current.title} loading={busy} disabled={isIn} onClick={() => doing(add)}>
        {isIn ? words.inCase : words.toCase}
      </Button>
      {failure !== null && (
        <span className="state-bad" role="alert">
          {errorText(language, failure)}
        </span>
      )}
    </>
  );
}
