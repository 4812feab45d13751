// Two keys above talk: report, and own tasks with how many wait; they stand beside alerts and never over the talk key.
import { useState } from "react";

import { useMay } from "../../../console/src/session/store";
import { useGuardTexts } from "../language/guardTexts";
import { ReportSheet } from "./ReportSheet";
import { useFollowedTasks, useRingingTasks } from "./store";
import { TaskSheet } from "./TaskSheet";

export function TaskKeys() {
  const own = useGuardTexts();
  const reports = useMay("report");
  const [opened, setOpened] = useState<"report" | "tasks" | null>(null);
  useFollowedTasks();
  const waiting = useRingingTasks();
  const close = (): void => setOpened(null);
  return (
    <>
      <div className="task-bar">
        {reports && (
          <button type="button" data-testid="report-key" onClick={() => setOpened("report")}>
            {own.report.key}
          </button>
        )}
        <button type="button" className={waiting > 0 ? "rings" : ""} data-testid="tasks-key" data-waiting={waiting} onClick={() => setOpened("tasks")}>
          {waiting > 0 ? own.tasks.waits(waiting) : own.tasks.key}
        </button>
      </div>
      {opened === "report" && <ReportSheet onClose={close} />}
      {opened === "tasks" && <TaskSheet onClose={close} />}
    </>
  );
}
