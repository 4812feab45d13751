// Where the page starts.
import { createRoot } from "react-dom/client";

import { takeFragment } from "./join/fragment";
import { App } from "./screen/App";

const root = document.getElementById("root");
if (root === null) throw new Error("index.html has no element with the id root");
const joining = location.pathname.startsWith("/join") ? takeFragment() : null;
createRoot(root).render(<App joining={joining} />);
