// Asks before a camera is taken out, and says what becomes of what was recorded.
import { FormModal } from "../forms/FormModal";
import { useTexts } from "../language/language";
import type { Camera } from "../room/types";
import { camerasHub } from "./hub";
import type { Owner } from "./owners";

export function RemoveForm({ camera, owner, onClose }: { camera: Camera; owner: Owner | undefined; onClose: () => void }) {
  const words = useTexts().cameras;
  async function remove(): Promise<void> {
    await camerasHub.remove(camera.camera_id);
    onClose();
  }
  return (
    <FormModal title={words.removeTitle(camera.name)} testid="remove-camera" width={600} isComplete save={words.remove} danger onSave={remove} onClose={onClose}>
      <ul className="remove-words">
        <li>{words.removeNow}</li>
        <li>{words.removeKept}</li>
        {owner !== undefined && owner.retention_days !== null && <li className="state-wait">{words.removeDays(owner.name, owner.retention_days)}</li>}
        <li className="state-wait">{words.removeExports}</li>
        <li>{words.removeAgain}</li>
      </ul>
    </FormModal>
  );
}
