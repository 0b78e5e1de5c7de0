/**
 * Installs the Debian packages that the tests use. The argument `bench` adds the packages of the
 * bench. With `cluster` or `pi`, only the packages of the cluster's or the Raspberry Pi's test are
 * installed. Without root rights, prints the command for the installation.
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { aptGet } from "./apt";

interface Package {
  /** A command, a file or a shared library that exists only if the package is installed. */
  command?: string;
  file?: string;
  library?: string;
  name: string;
}

const PACKAGES: Package[] = [
  { command: "mosquitto", name: "mosquitto" },
  { command: "mosquitto_sub", name: "mosquitto-clients" },
  { command: "openssl", name: "openssl" },
  { command: "chromium", name: "chromium" },
  { command: "socat", name: "socat" },
  { file: "/usr/sbin/nginx", name: "nginx-light" },
  { command: "caddy", name: "caddy" },
  { command: "wasm2c", name: "wabt" },
  { command: "gcc", name: "gcc libc6-dev" },
  { command: "arm-none-eabi-gcc", name: "gcc-arm-none-eabi libnewlib-arm-none-eabi" },
  { command: "qemu-system-arm", name: "qemu-system-arm" },
  { library: "libunicorn.so.2", name: "libunicorn2" },
  { file: "/usr/lib/python3/dist-packages/jinja2", name: "python3-jinja2" },
];

const BENCH_PACKAGES: Package[] = [
  { file: "/usr/include/mosquitto.h", name: "libmosquitto-dev" },
  { file: "/usr/lib/python3/dist-packages/paho", name: "python3-paho-mqtt" },
];

/** Packages for `npm run test:cluster`. */
const CLUSTER_PACKAGES: Package[] = [
  { file: "/usr/lib/rabbitmq/bin/rabbitmq-server", name: "rabbitmq-server" },
];

/** Packages for `npm run test:pi`. That test also needs a kernel, which is not installed here. */
const PI_PACKAGES: Package[] = [{ command: "qemu-system-x86_64", name: "qemu-system-x86" }];

const wanted = {
  bench: [...PACKAGES, ...BENCH_PACKAGES],
  cluster: CLUSTER_PACKAGES,
  pi: PI_PACKAGES,
  test: PACKAGES,
}[process.argv[2] ?? "test"];
if (!wanted) throw new Error(`no packages are known for ${process.argv[2] ?? ""}`);
const missing = wanted.filter((wants) => !isThere(wants)).map(({ name }) => name);
if (missing.length) {
  const args = ["install", "-y", "--no-install-recommends", ...missing.join(" ").split(" ")];
  if (process.getuid?.() !== 0 || !onPath("apt-get")) {
    console.error(
      `The tests need: ${missing.join(", ")}. On Debian: sudo apt-get ${args.join(" ")}`,
    );
    process.exit(1);
  }
  console.log(`Installing ${missing.join(", ")} ...`);
  if (!((await aptGet(["update", "-qq"])) && (await aptGet(args)))) process.exit(1);
}

function isThere({ command, file, library }: Package): boolean {
  if (command !== undefined) return onPath(command);
  return file !== undefined ? existsSync(file) : library !== undefined && isKnown(library);
}

/** Whether the system's loader of shared libraries finds the library. */
function isKnown(library: string): boolean {
  const { stdout } = spawnSync("/sbin/ldconfig", ["-p"], { encoding: "utf8" });
  return stdout.includes(library);
}

function onPath(command: string): boolean {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  return folders.some((folder) => existsSync(join(folder, command)));
}
