import { defineConfig } from "vite";

// The page is served at /, its files under /console/assets/. Everything is a file:
// the page's policy allows no inline code, styles or data addresses.
export default defineConfig({
  base: "/console/",
  build: {
    outDir: "../dist",
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: "es2022",
  },
});
