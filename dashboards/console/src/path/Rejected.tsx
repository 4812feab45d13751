// What the officer said is not the person: how many, and each to be taken back.
import { Popover } from "antd";

import { useTexts } from "../language/language";
import { rejectedOf } from "./shown";
import { say, type CasePath } from "./store";

export function Rejected({ caseId, found }: { caseId: string; found: CasePath }) {
  const { path: words, search } = useTexts();
  const ids = rejectedOf(found.answer?.marks ?? [], found.said);
  if (ids.length === 0) return null;
  return (
    <Popover
      trigger="click"
      placement="topRight"
      content={
        <div className="path-rejected">
          {ids.map((id) => (
            <div key={id}>
              <img src={`/api/cases/${encodeURIComponent(caseId)}/sightings/${encodeURIComponent(id)}/picture`} alt={search.noPicture} />
              <button type="button" className="path-key" data-testid="path-unreject" onClick={() => void say(caseId, id, null)}>
                {words.takeBack}
              </button>
            </div>
          ))}
        </div>
      }
    >
      <button type="button" className="path-key" data-testid="path-rejected" data-value={ids.length}>
        {words.rejected(ids.length)}
      </button>
    </Popover>
  );
}
