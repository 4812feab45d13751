// A decoder is ready once the browser has said so, whatever was dropped meanwhile.
import { expect, it, vi } from "vitest";

import { PictureDecoder } from "./decoder";
import type { Form } from "./records";

const FORM: Form = { kind: "form", camera_id: "C01", stream: "main", coding: "mjpeg", codec: "", width_px: 64, height_px: 36, frames_per_s: null };

it("is ready although what waited was dropped before the browser answered", async () => {
  const decoder = new PictureDecoder({ onImage: vi.fn(), onError: vi.fn() });
  const answered = decoder.begin(FORM);
  decoder.drop();
  expect(await answered).toBe(true);
  expect(decoder.isReady).toBe(true);
});

it("that was closed meanwhile stays closed", async () => {
  const decoder = new PictureDecoder({ onImage: vi.fn(), onError: vi.fn() });
  const answered = decoder.begin(FORM);
  decoder.close();
  await answered;
  expect(decoder.isReady).toBe(false);
});
