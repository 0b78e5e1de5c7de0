/** The Debian packages that the tests drive: installed where we may, asked for where we may not. */
import { spawnSync } from "node:child_process";

const PACKAGES: readonly { command?: string; library?: string; name: string }[] = [
  { command: "mosquitto", name: "mosquitto" },
  { command: "mosquitto_sub", name: "mosquitto-clients" },
  { command: "openssl", name: "openssl" },
  { command: "chromium", name: "chromium" },
  { command: "socat", name: "socat" },
  { command: "wasm2c", name: "wabt" },
  { command: "gcc", name: "gcc libc6-dev" },
  { command: "arm-none-eabi-gcc", name: "gcc-arm-none-eabi libnewlib-arm-none-eabi" },
  { command: "qemu-system-arm", name: "qemu-system-arm" },
  { library: "libunicorn.so.2", name: "libunicorn2" },
];

const missing = PACKAGES.filter(
  ({ command, library }) => (command && !onPath(command)) ?? (library && !isKnown(library)),
).map(({ name }) => name);
if (missing.length) {
  const command = `apt-get install -y --no-install-recommends ${missing.join(" ")}`;
  if (process.getuid?.() !== 0 || !onPath("apt-get")) {
    console.error(`The tests need: ${missing.join(", ")}. On Debian: sudo ${command}`);
    process.exit(1);
  }
  console.log(`Installing ${missing.join(", ")} ...`);
  run("apt-get update -qq");
  run(command);
}

function onPath(command: string): boolean {
  return spawnSync("sh", ["-c", `command -v ${command}`]).status === 0;
}

/** To the loader of shared libraries. */
function isKnown(library: string): boolean {
  const { stdout } = spawnSync("/sbin/ldconfig", ["-p"], { encoding: "utf8" });
  return stdout.includes(library);
}

function run(command: string): void {
  const { status } = spawnSync(command, {
    shell: true,
    stdio: ["ignore", "ignore", "inherit"],
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
  });
  if (status === 0) return;
  console.error(`Failed: ${command}`);
  process.exit(1);
}
