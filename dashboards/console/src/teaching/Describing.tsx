// Which describer is in use, and how far stored sightings have been described anew by it.
import { Progress } from "antd";
import { useState } from "react";

import { useTexts } from "../language/language";
import type { DescribingNow } from "./hub";
import { remainingS } from "./remaining";

/** One describer's: with another the time it takes is told anew. */
export function Describing({ now }: { now: DescribingNow }) {
  const { teaching: words } = useTexts();
  const [first] = useState(now);
  const { sightings_left: left, sightings_undescribable: kept } = now;
  const seconds = remainingS(first, now);
  return (
    <>
      <h3>{words.describing}</h3>
      <dl>
        <dt>{words.describer}</dt>
        <dd>
          <code data-testid="teaching-describer">{now.describer}</code>
        </dd>
        <dt>{words.anew}</dt>
        <dd data-testid="teaching-left" data-value={left}>
          {left === 0 ? (
            <span className="state-good">{words.allDescribed}</span>
          ) : (
            <>
              <Progress percent={Math.floor(100 * now.share_done)} size="small" />
              {words.left(left)}
              <span className="state-calm">{seconds === null ? words.rateUnknown : words.takes(seconds)}</span>
            </>
          )}
        </dd>
        {kept > 0 && (
          <>
            <dt>{words.undescribable}</dt>
            <dd className="state-wait">{words.keepTheirs(kept)}</dd>
          </>
        )}
      </dl>
    </>
  );
}
