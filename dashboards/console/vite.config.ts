// How the console is built: into the hub's folder of static files, and how it is tested.
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

const hub = process.env["QIANSHAO_HUB"] ?? "http://127.0.0.1:8080";

export default defineConfig({
  base: "/",
  plugins: [react()],
  build: {
    // Two addresses, one page: /join is where the QR codes lead.
    rollupOptions: { input: ["index.html", "join/index.html"] },
    outDir: "../../hub/console/static",
    emptyOutDir: true,
    target: "es2022",
    chunkSizeWarningLimit: 1400,
    assetsInlineLimit: 0,
  },
  worker: { format: "es" },
  server: { proxy: { "/api": hub, "/ws": { target: hub.replace("http", "ws"), ws: true } } },
  test: { environment: "node", include: ["src/**/*.test.ts"] },
});
