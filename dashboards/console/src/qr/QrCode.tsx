// A QR code, drawn in the page itself; dark on white with its quiet zone, whatever the screen's colours are.
import { useMemo } from "react";
import { encode } from "uqr";

/** Modules of white around the code (ISO/IEC 18004 asks for 4). */
const QUIET = 4;

export function QrCode({ text, label, className = "" }: { text: string; label: string; className?: string }) {
  const { size, path } = useMemo(() => {
    const code = encode(text, { ecc: "M", border: QUIET });
    const rows = code.data.map((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : "")).join(""));
    return { size: code.size, path: rows.join("") };
  }, [text]);
  return (
    <svg className={`qr-code ${className}`} viewBox={`0 0 ${size} ${size}`} role="img" aria-label={label} shapeRendering="crispEdges">
      <rect width={size} height={size} fill="#fff" />
      <path d={path} fill="#000" />
    </svg>
  );
}
