// How the pages are built, into the hub's folder of static files, and how they are tested.
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

import { guardShell } from "./guard/shell.build.ts";

const hub = process.env["QIANSHAO_HUB"] ?? "http://127.0.0.1:8080";

export default defineConfig({
  base: "/",
  plugins: [react(), guardShell()],
  build: {
    // The console, the page where the QR codes lead, which is a part of it, and the guards' phone page.
    rollupOptions: { input: ["index.html", "join/index.html", "guard/index.html"] },
    outDir: "../hub/console/static",
    emptyOutDir: true,
    target: "es2022",
    chunkSizeWarningLimit: 1400,
    assetsInlineLimit: 0,
  },
  worker: { format: "es" },
  server: { proxy: { "/api": hub, "/ws": { target: hub.replace("http", "ws"), ws: true } } },
  test: { environment: "node", include: ["{console,guard}/src/**/*.test.ts"] },
});
