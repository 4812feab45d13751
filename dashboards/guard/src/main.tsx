// Where the phone page starts.
import { createRoot } from "react-dom/client";

import { keepShell } from "./offline/shell";
import { GuardPage } from "./screen/GuardPage";
import "./guard.css";

const root = document.getElementById("root");
if (root === null) throw new Error("guard/index.html has no element with the id root");
createRoot(root).render(<GuardPage />);
keepShell();
