import { execFileSync } from "node:child_process";
import { generateKeyPairSync, randomBytes, randomInt, sign } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WIO_FOLDER } from "../../../boards/wio-terminal/build/paths";
import { run } from "../../../boards/wio-terminal/build/tools";

const FLAGS = [
  ...["-std=gnu11", "-Wall", "-Wextra", "-Werror", "-g", "-O1"],
  ...["-fsanitize=address,undefined", "-fno-sanitize-recover=all"],
  ...["include", "runtime", "jacdac", "network", "bridge", "usb", "test"].map(
    (dir) => `-I${join(WIO_FOLDER, dir)}`,
  ),
];

const SERVICES = [
  "bus",
  "device",
  "report",
  "service",
  "sensor",
  "control",
  "light_level",
  "light_bulb",
];
const FLASH = ["test/fake_flash", "test/fake_console"];
const SIGNATURES = ["ed25519", "edwards_25519", "field_25519", "scalar_25519", "sha512"].map(
  (name) => `runtime/${name}`,
);

/** Main file of each test, and the files under test. */
const PROGRAMS: Readonly<Record<string, readonly string[]>> = {
  erpc_frame_test: ["network/erpc_frame", "network/erpc_codec"],
  erpc_client_test: [
    ...["network/erpc_client", "network/erpc_frame", "network/erpc_codec"],
    "test/fake_board",
  ],
  dial_test: [
    ...["dial", "connection", "socket", "lwip", "outgoing", "address"].map(
      (name) => `network/${name}`,
    ),
    ...["network/erpc_client", "network/erpc_frame", "network/erpc_codec"],
    ...["test/fake_board", "test/fake_console"],
  ],
  jacdac_test: [
    ...[...SERVICES, "button", "wifi_service"].map((name) => `jacdac/${name}`),
    "test/fake_board",
  ],
  bridge_test: ["bridge/bridge", "bridge/framing"],
  usb_test: ["usb/control", "usb/cdc", "usb/descriptors"],
  socket_parts_test: ["address", "outgoing", "firmware_version", "wifi_problem"].map(
    (name) => `network/${name}`,
  ),
  credentials_test: [
    ...["network/credentials", "network/wifi_problem"],
    ...["text_join", "settings_store", "crc32"].map((name) => `runtime/${name}`),
    ...FLASH,
  ],
  program_watch_test: ["runtime/program_watch"],
  settings_store_test: ["runtime/settings_store", "runtime/crc32", ...FLASH],
  settings_batch_test: [
    ...["settings_batch", "settings_store", "crc32"].map((name) => `runtime/${name}`),
    ...FLASH,
  ],
  program_store_test: ["runtime/program_store", "runtime/crc32", ...FLASH],
  trial_test: ["runtime/trial", "runtime/text_join", "runtime/console", "test/fake_board"],
  crash_note_test: [
    ...["crash_note", "text_join", "console"].map((name) => `runtime/${name}`),
    ...["settings_store", "crc32"].map((name) => `runtime/${name}`),
    "test/fake_flash",
  ],
  trial_keeper_test: [
    ...["trial_keeper", "trial", "text_join", "console"].map((name) => `runtime/${name}`),
    ...["program_store", "settings_store", "crc32", "gateway"].map((name) => `runtime/${name}`),
    "test/fake_flash",
  ],
  program_gate_test: [
    ...["program_gate", "gateway", "trial_keeper", "trial"].map((name) => `runtime/${name}`),
    ...["text_join", "console", "program_store"].map((name) => `runtime/${name}`),
    ...["settings_store", "crc32"].map((name) => `runtime/${name}`),
    ...SIGNATURES,
    "test/fake_flash",
  ],
  update_cut_test: [
    ...["program_gate", "gateway", "trial_keeper", "trial"].map((name) => `runtime/${name}`),
    ...["text_join", "console", "program_store"].map((name) => `runtime/${name}`),
    ...["settings_store", "crc32"].map((name) => `runtime/${name}`),
    ...SIGNATURES,
    "test/fake_flash",
  ],
  ed25519_test: SIGNATURES,
};

/**
 * Selects the power cuts of an update that are tried: a number selects a sample, `all` selects all.
 */
const CUTS = process.env["NIGHTLIGHT_CUTS"] ?? "1";

describe("the board's C on the host, checked by the sanitizers", () => {
  let dir: string;
  beforeAll(() => (dir = mkdtempSync(join(tmpdir(), "nightlight-host-"))));
  afterAll(() => rmSync(dir, { recursive: true }));

  async function build(name: string, files: readonly string[]): Promise<string> {
    const sources = [`test/${name}`, ...files].map((file) => join(WIO_FOLDER, `${file}.c`));
    const program = join(dir, name);
    await run("gcc", [...FLAGS, ...sources, "-o", program]);
    return program;
  }

  it.each(Object.entries(PROGRAMS))("%s", async (name, files) => {
    const output = await run(await build(name, files), name === "update_cut_test" ? [CUTS] : []);
    expect(Number(/^(\d+) checks$/m.exec(output)?.[1])).toBeGreaterThan(9);
  });

  it("accepts signatures of Node's OpenSSL, over messages of each length up to a block's end", async () => {
    const program = await build("ed25519_host", SIGNATURES);
    const answers = ["valid", "invalid"];
    const lines = Array.from({ length: 300 }, (_, length) => {
      const { privateKey, publicKey } = generateKeyPairSync("ed25519");
      const message = randomBytes(length);
      const key = publicKey.export({ format: "der", type: "spki" }).subarray(-32);
      const signature = sign(null, message, privateKey);
      // One bit of every other signature is flipped.
      const at = randomInt(64 * 8);
      if (length % 2 === 1) signature[at >> 3] = (signature[at >> 3] ?? 0) ^ (1 << (at & 7));
      return [key, signature, message].map((bytes) => bytes.toString("hex")).join(" ");
    });
    const output = execFileSync(program, { input: `${lines.join("\n")}\n`, encoding: "utf8" });
    expect(output.trim().split("\n")).toEqual(lines.map((_, index) => answers[index % 2]));
  });

  it("fails if the code under test reads past its buffer", async () => {
    // Shows that the sanitizers work: the same flags find this error.
    const program = join(dir, "bad");
    const source = join(WIO_FOLDER, "test/sanitizer_check.c");
    await run("gcc", [...FLAGS, source, "-o", program]);
    await expect(run(program, [])).rejects.toThrow(/insufficient space|buffer-overflow/);
  });
});
