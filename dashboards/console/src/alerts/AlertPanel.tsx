// The left of the screen: whoever may writes an alert above; below is who has not answered.
import { useMay } from "../session/store";
import { AlertBoard } from "./AlertBoard";
import { AlertComposer } from "./AlertComposer";
import "./alerts.css";

export function AlertPanel() {
  const writes = useMay("issue_alert");
  return (
    <section className="panel alerts">
      {writes && <AlertComposer />}
      <AlertBoard />
    </section>
  );
}
