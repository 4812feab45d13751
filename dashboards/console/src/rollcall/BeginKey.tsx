// Begins a roll-call, once somebody has said that it is meant: it sounds at every radio.
import { Button, Popconfirm } from "antd";
import { useState } from "react";

import { errorText, useLanguage, useTexts } from "../language/language";
import { useMay, useSession } from "../session/store";
import { rollCallHub } from "./hub";

interface Props {
  isUnderWay: boolean;
  onBegun: () => void;
}

export function BeginKey({ isUnderWay, onBegun }: Props) {
  const texts = useTexts();
  const words = texts.rollCall;
  const language = useLanguage((store) => store.language);
  const issues = useMay("issue_alert");
  const isEverywhere = useSession((session) => session.person?.places.some((place) => place.kind === "community") ?? false);
  const [beginning, setBeginning] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  if (!issues || !isEverywhere) return null;

  async function begin(): Promise<void> {
    setBeginning(true);
    setFailure(null);
    try {
      await rollCallHub.begin();
      onBegun();
    } catch (error) {
      setFailure(error);
    } finally {
      setBeginning(false);
    }
  }

  return (
    <div className="roll-call-begin">
      <Popconfirm
        title={words.beginAsk}
        description={words.beginWords}
        okText={words.beginYes}
        cancelText={words.cancel}
        okButtonProps={{ "data-testid": "roll-call-begin-yes" }}
        placement="bottomRight"
        onConfirm={() => void begin()}
      >
        <Button type="primary" size="large" data-testid="roll-call-begin" disabled={isUnderWay} loading={beginning}>
          {isUnderWay ? words.underWay : words.begin}
        </Button>
      </Popconfirm>
      {failure !== null && (
        <div className="failure" role="alert">
          {errorText(language, failure)}
        </div>
      )}
    </div>
  );
}
