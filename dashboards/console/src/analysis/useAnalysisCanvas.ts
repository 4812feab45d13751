// The canvas of vision's looks, over the one that a camera's pictures are drawn on; as large as the tile is.
import { useEffect, type RefObject } from "react";

import { analyse, sizeAnalysis } from "../live/engine";

/** Called after the effect that shows the camera: looks are shown over pictures alone. */
export function useAnalysisCanvas(picture: RefObject<HTMLDivElement | null>, cameraId: string, isAnalysed: boolean): void {
  useEffect(() => {
    const tile = picture.current;
    if (!isAnalysed || tile === null) return undefined;
    const canvas = document.createElement("canvas");
    canvas.className = "analysis-canvas";
    canvas.dataset.testid = "analysis-canvas";
    tile.append(canvas);
    const end = analyse(canvas, cameraId);
    const resized = new ResizeObserver(() => sizeAnalysis({ width: tile.clientWidth, height: tile.clientHeight }));
    resized.observe(tile);
    return () => {
      resized.disconnect();
      end();
      canvas.remove();
    };
  }, [picture, cameraId, isAnalysed]);
}
