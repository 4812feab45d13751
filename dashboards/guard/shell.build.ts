// Writes the phone page's service worker as the pages are built: with the list of the page's files, versioned by them.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Plugin } from "vite";

const PAGE = "guard/index.html";

export function guardShell(): Plugin {
  return {
    name: "guard-shell",
    apply: "build",
    enforce: "post",
    generateBundle(_options, bundle) {
      const files = new Set<string>();
      const take = (name: string): void => {
        const chunk = bundle[name];
        if (files.has(name) || chunk === undefined) return;
        files.add(name);
        if (chunk.type !== "chunk") return;
        for (const one of [...chunk.imports, ...chunk.dynamicImports]) take(one);
        for (const one of [...(chunk.viteMetadata?.importedCss ?? []), ...(chunk.viteMetadata?.importedAssets ?? [])]) take(one);
      };
      for (const [name, chunk] of Object.entries(bundle)) {
        if (chunk.type === "chunk" && chunk.isEntry && chunk.facadeModuleId?.endsWith(`/${PAGE}`)) take(name);
      }
      const page = bundle[PAGE];
      if (page?.type !== "asset" || files.size === 0) throw new Error(`${PAGE} is not among what was built`);
      const kept = ["/guard/", ...[...files].sort().map((name) => `/${name}`)];
      const worker = readFileSync(new URL("worker.js", import.meta.url), "utf8");
      const version = createHash("sha256").update(page.source).update(kept.join("\n")).update(worker).digest("hex").slice(0, 16);
      const source = `const VERSION = ${JSON.stringify(version)};\nconst FILES = ${JSON.stringify(kept)};\n${worker}`;
      this.emitFile({ type: "asset", fileName: "guard-worker.js", source });
    },
  };
}
