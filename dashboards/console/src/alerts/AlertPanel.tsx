// The left of the screen: write an alert above, see who has not answered below.
import { AlertBoard } from "./AlertBoard";
import { AlertComposer } from "./AlertComposer";
import "./alerts.css";

export function AlertPanel() {
  return (
    <section className="panel alerts">
      <AlertComposer />
      <AlertBoard />
    </section>
  );
}
