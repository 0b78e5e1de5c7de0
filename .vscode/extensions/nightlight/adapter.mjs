// What VS Code starts at F5. Plain JavaScript, as Node 20 runs nothing else by itself.
const { register } = await import("tsx/esm/api").catch(() => {
  console.error("nightlight: run npm ci first");
  process.exit(1);
});
register();
await import("../../../server/debug.ts");
