// A form over the page: its fields, what went wrong, cancel and save; it stays until saving went well.
import { Button, Modal } from "antd";
import { useState, type FormEvent, type ReactNode } from "react";

import { errorText, useLanguage, useTexts } from "../language/language";
import "./forms.css";

/** A form that is wider is tall as well, and begins near the top, so that its keys are in sight on a small screen. */
const TALL_FROM_PX = 900;

interface Props {
  title: string;
  testid: string;
  width?: number;
  isComplete: boolean;
  /** Raises when it could not be saved. */
  onSave: () => Promise<void>;
  onClose: () => void;
  /** On the key, where it is not “save”. */
  save?: string;
  /** What the key does cannot be taken back. */
  danger?: boolean;
  /** What is said in place of the form once it is saved; without it whoever opened the form closes it. */
  done?: string;
  children: ReactNode;
}

export function FormModal({ testid, ...props }: Props) {
  const texts = useTexts();
  const language = useLanguage((store) => store.language);
  const [saving, setSaving] = useState(false);
  const [saved, setSaved] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);

  async function save(event: FormEvent): Promise<void> {
    event.preventDefault();
    if (!props.isComplete || saving) return;
    setSaving(true);
    setFailure(null);
    try {
      await props.onSave();
      setSaved(true);
    } catch (error) {
      setFailure(error);
    }
    setSaving(false);
  }

  return (
    <Modal open title={props.title} onCancel={props.onClose} footer={null} width={props.width ?? 520} {...((props.width ?? 0) > TALL_FROM_PX && { style: { top: 24 } })}>
      {saved && props.done !== undefined ? (
        <div className="form-rows" data-testid={`${testid}-done`}>
          <p className="form-done">{props.done}</p>
          <div className="row end">
            <Button type="primary" data-testid={`${testid}-close`} onClick={props.onClose}>
              {texts.admin.close}
            </Button>
          </div>
        </div>
      ) : (
        <form className="form-rows" data-testid={`${testid}-form`} onSubmit={(event) => void save(event)}>
          {props.children}
          {failure !== null && (
            <div className="failure" role="alert" data-testid={`${testid}-form-failure`}>
              {errorText(language, failure)}
            </div>
          )}
          <div className="row end">
            <Button onClick={props.onClose}>{texts.admin.cancel}</Button>
            <Button data-testid={`${testid}-save`} type="primary" danger={props.danger ?? false} htmlType="submit" loading={saving} disabled={!props.isComplete}>
              {props.save ?? texts.admin.save}
            </Button>
          </div>
        </form>
      )}
    </Modal>
  );
}
