// Where a person is signed in, for themselves; all of it can be ended at once, or all but this.
import { Button, Modal, Space, Table } from "antd";
import { useCallback, useState } from "react";

import { useAnswer } from "../browser/useAnswer";
import { startAfresh } from "../browser/page";
import { errorText, useLanguage, useTexts } from "../language/language";
import { dayAndTime, HERE } from "../language/time";
import { useRoom } from "../room/store";
import { sessionHub } from "./hub";
import type { Person } from "./types";

export function MySessions({ person, onClose }: { person: Person; onClose: () => void }) {
  const texts = useTexts();
  const language = useLanguage((store) => store.language);
  const zone = useRoom((room) => room.community.time_zone, HERE);
  const load = useCallback(() => sessionHub.sessionsOf(person.person_id), [person.person_id]);
  const sessions = useAnswer(load);
  const [failure, setFailure] = useState<unknown>(null);

  async function end(call: () => Promise<void>, then: () => void): Promise<void> {
    try {
      await call();
      setFailure(null);
      then();
    } catch (error) {
      setFailure(error);
    }
  }

  const wrong = failure ?? sessions.failure;
  return (
    <Modal open title={texts.session.mine} onCancel={onClose} footer={null} width={640}>
      <div className="my-sessions" data-testid="my-sessions">
        {wrong !== null && <div className="failure">{errorText(language, wrong)}</div>}
        <Table
          size="small"
          rowKey="session_id"
          pagination={false}
          loading={sessions.loading}
          dataSource={sessions.value ?? []}
          columns={[
            { title: texts.session.since, dataIndex: "started_at_ms", render: (ms: number) => dayAndTime(ms, zone) },
            { title: texts.session.refreshed, dataIndex: "refreshed_at_ms", render: (ms: number) => dayAndTime(ms, zone) },
            {
              title: texts.session.from,
              dataIndex: "address",
              render: (address: string, one) => (one.is_this ? `${address} · ${texts.session.here}` : address),
            },
          ]}
        />
        <p className="field">{texts.session.endAllHint}</p>
        <Space>
          <Button data-testid="my-sessions-end-others" onClick={() => void end(sessionHub.endOthers, sessions.again)}>
            {texts.session.endOthers}
          </Button>
          <Button
            data-testid="my-sessions-end"
            danger
            onClick={() => void end(() => sessionHub.endSessionsOf(person.person_id), startAfresh)}
          >
            {texts.session.endAll}
          </Button>
        </Space>
      </div>
    </Modal>
  );
}
