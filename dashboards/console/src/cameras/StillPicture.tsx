// What a camera sees now, to be clicked in; what is drawn over it counts in the picture's own pixels.
import { Button } from "antd";
import { useState, type MouseEvent, type ReactNode } from "react";

import { useTexts } from "../language/language";
import type { Point } from "./clicks";
import { camerasHub } from "./hub";

export interface Size {
  widthPx: number;
  heightPx: number;
}

/** What of the screen's height the form around the picture needs, so that its keys stay in sight. */
const BESIDE_PX = 290;

interface Props {
  cameraId: string;
  size: Size | null;
  onSize: (size: Size) => void;
  onClick: (at: Point) => void;
  onDoubleClick?: () => void;
  /** SVG, in the picture's pixels. */
  children: ReactNode;
}

export function StillPicture({ cameraId, size, onSize, onClick, onDoubleClick, children }: Props) {
  const words = useTexts().cameras;
  const [round, setRound] = useState(0);
  const [isMissing, setMissing] = useState(false);

  function click(event: MouseEvent<SVGSVGElement>): void {
    if (size === null || event.detail > 1) return;
    const box = event.currentTarget.getBoundingClientRect();
    onClick([((event.clientX - box.left) / box.width) * size.widthPx, ((event.clientY - box.top) / box.height) * size.heightPx]);
  }

  return (
    <div className="camera-still" style={size === null ? {} : { maxWidth: `calc((100vh - ${BESIDE_PX}px) * ${size.widthPx / size.heightPx})` }}>
      <img
        src={camerasHub.stillAddress(cameraId, round)}
        alt={words.still}
        data-testid="still"
        onLoad={({ currentTarget }) => {
          setMissing(false);
          onSize({ widthPx: currentTarget.naturalWidth, heightPx: currentTarget.naturalHeight });
        }}
        onError={() => setMissing(true)}
      />
      {isMissing && (
        <p className="failure" role="alert">
          {words.noStill}
        </p>
      )}
      {size !== null && !isMissing && (
        <svg viewBox={`0 0 ${size.widthPx} ${size.heightPx}`} data-testid="still-clicks" onClick={click} onDoubleClick={onDoubleClick}>
          {children}
        </svg>
      )}
      <Button size="small" className="again" onClick={() => setRound(round + 1)}>
        {words.anew}
      </Button>
    </div>
  );
}
