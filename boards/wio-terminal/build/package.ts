/** The package: the program and its settings, in the format that runtime/package.h describes. */
import { UserError } from "../../../server/base/user-error";
import type { Rule } from "../../../src/common/rule";
import { PROGRAM_MAX_BYTES } from "../../tools/firmware/program-limit";

const MAGIC = 0x324b4c4e; // "NLK2"
const HEADER_BYTES = 64;
const ALIGNMENT_BYTES = 32;
const SIGNER_AT = 32;
const FLAG_GC_STRESS = 1;
const NO_THRESHOLD = 0xffff;
const VERSION_MAX_BYTES = 11;

/** Flash that the linker scripts reserve for the package. */
export const PACKAGE_MAX_BYTES = 64 * 1024;
export const PACKAGE_ADDRESS = 0x50000;

const PROGRAM_MAX = PROGRAM_MAX_BYTES["Wio Terminal"];

/** Maximum length of a key in the firmware's `readSetting` (DeviceScript: settings service). */
const KEY_MAX_BYTES = 13;

/** Maximum size of a setting: the board sends each one in one Jacdac packet (jacdac/bus.h). */
const PAYLOAD_MAX_BYTES = 236;

export interface PackageOptions {
  /** Whether to collect garbage at each allocation, for tests. */
  readonly gcStress?: boolean;
  /**
   * The public key for verifying programs from the network, 32 bytes. Without a
   * key, the board refuses every program.
   */
  readonly signer?: Uint8Array;
  /** Details of the program, for the screen. */
  readonly about?: { readonly rule: Rule | null; readonly version: string };
}

/**
 * @param settings values by key. Except for `WIFI_` keys, they are stored as JSON, as the tools do
 */
export function makePackage(
  program: Uint8Array,
  settings: Readonly<Record<string, string>>,
  options: PackageOptions = {},
): Buffer {
  if (program.length % ALIGNMENT_BYTES !== 0) {
    throw new UserError(`the bytecode's ${program.length} bytes are not a multiple of 32`);
  }
  const pairs = Object.entries(settings).flatMap(([key, value]) => {
    if (key.length > KEY_MAX_BYTES)
      throw new UserError(`setting ${key}: longer than ${KEY_MAX_BYTES} letters`);
    const text = key.startsWith("WIFI_") ? value : JSON.stringify(value);
    const bytes = Buffer.byteLength(`${key}\0${text}`);
    if (bytes > PAYLOAD_MAX_BYTES)
      throw new UserError(
        `setting ${key}: expected at most ${PAYLOAD_MAX_BYTES} bytes, got ${bytes}`,
      );
    return [key, text];
  });
  const texts = Buffer.from([...pairs, ""].map((text) => `${text}\0`).join(""));
  const padding = Buffer.alloc(
    (ALIGNMENT_BYTES - (texts.length % ALIGNMENT_BYTES)) % ALIGNMENT_BYTES,
    0xff,
  );
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt32LE(MAGIC, 0);
  header.writeUInt32LE(program.length, 4);
  header.writeUInt32LE(texts.length + padding.length, 8);
  header.writeUInt32LE(options.gcStress ? FLAG_GC_STRESS : 0, 12);
  const { rule = null, version = "" } = options.about ?? {};
  header.writeUInt16LE(rule ? rule.value : NO_THRESHOLD, 16);
  header.writeUInt16LE(rule?.comparison === "above" ? 1 : 0, 18);
  header.write(version.slice(0, VERSION_MAX_BYTES), 20, "latin1");
  if (options.signer) header.set(options.signer, SIGNER_AT);
  const packed = Buffer.concat([header, program, texts, padding]);
  if (packed.length > PACKAGE_MAX_BYTES) {
    throw new UserError(
      `the program and its settings take ${packed.length} of ${PACKAGE_MAX_BYTES} bytes`,
    );
  }
  if (program.length > PROGRAM_MAX) {
    throw new UserError(`the program takes ${program.length} of ${PROGRAM_MAX} bytes`);
  }
  return packed;
}
