import { defineConfig, type Plugin } from "vite";

/**
 * Makes of `waystone/inspector` the file that pages load, with all that it is made of, so that whoever uses the library needs
 * nothing of it; and one more, for tabs that are rarely looked at. What the other entry points export comes from the
 * TypeScript compiler, and so do the element's types.
 */
export default defineConfig({
  plugins: [tightTemplates()],
  build: {
    target: "es2022",
    outDir: "dist",
    emptyOutDir: false,
    lib: { entry: "src/inspector.ts", formats: ["es"], fileName: () => "inspector.js" },
    license: { fileName: "inspector.licenses.md" },
    rolldownOptions: {
      // What is loaded later takes what it needs from the one that was first.
      preserveEntrySignatures: "allow-extension",
      output: { minify: true, chunkFileNames: "inspector/[name].js" },
    },
  },
});

/** Takes the indentation out of templates of styles and markup, where the space between two words is all that counts. */
function tightTemplates(): Plugin {
  return {
    name: "tight-templates",
    transform(code, id) {
      if (!id.includes("/src/inspector/")) return undefined;
      const styles = /(?<=\bcss`)[^`]*(?=`)/g;
      return code
        .replace(styles, (text) => text.replace(/\s+/g, " ").replace(/ ?([{};,>]) ?/g, "$1"))
        .replace(/\n\s+/g, "\n");
    },
  };
}
