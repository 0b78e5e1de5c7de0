/** The package: the program and its settings, as runtime/package.h describes it. */
import { UserError } from "../../../server/base/user-error";
import type { Rule } from "../../../src/common/rule";
import { PROGRAM_MAX_BYTES } from "../../tools/firmware/program-limit";

const MAGIC = 0x324b4c4e; // "NLK2"
const HEADER = 64;
const ALIGNMENT = 32;
const SIGNER_AT = 32;
const FLAG_GC_STRESS = 1;
const NO_THRESHOLD = 0xffff;
const VERSION_MAX = 11;

/** The flash that the linker scripts set aside for it. */
export const PACKAGE_SPACE = 64 * 1024;
export const PACKAGE_ADDRESS = 0x50000;

const PROGRAM_MAX = PROGRAM_MAX_BYTES["Wio Terminal"];

/** The firmware's `readSetting` takes no longer key (DeviceScript: settings service). */
const KEY_MAX = 13;

/** The board sends each setting to the virtual machine in one Jacdac packet (jacdac/bus.h). */
const PAYLOAD_MAX = 236;

export interface PackageOptions {
  /** Collect garbage at each allocation: for tests. */
  readonly gcStress?: boolean;
  /** The public key of whoever signs programs from the network, 32 bytes; without it none is taken. */
  readonly signer?: Uint8Array;
  /** What the screen says about the program. */
  readonly about?: { readonly rule: Rule | null; readonly version: string };
}

/** @param settings by key; what the program reads is the JSON of the text, as the tools store it */
export function makePackage(
  program: Uint8Array,
  settings: Readonly<Record<string, string>>,
  options: PackageOptions = {},
): Buffer {
  if (program.length % ALIGNMENT !== 0) {
    throw new UserError(`the bytecode's ${program.length} bytes are not a multiple of 32`);
  }
  const pairs = Object.entries(settings).flatMap(([key, value]) => {
    if (key.length > KEY_MAX) throw new UserError(`setting ${key}: longer than ${KEY_MAX} letters`);
    const text = key.startsWith("WIFI_") ? value : JSON.stringify(value);
    const bytes = Buffer.byteLength(`${key}\0${text}`);
    if (bytes > PAYLOAD_MAX)
      throw new UserError(`setting ${key}: expected at most ${PAYLOAD_MAX} bytes, got ${bytes}`);
    return [key, text];
  });
  const texts = Buffer.from([...pairs, ""].map((text) => `${text}\0`).join(""));
  const padding = Buffer.alloc((ALIGNMENT - (texts.length % ALIGNMENT)) % ALIGNMENT, 0xff);
  const header = Buffer.alloc(HEADER);
  header.writeUInt32LE(MAGIC, 0);
  header.writeUInt32LE(program.length, 4);
  header.writeUInt32LE(texts.length + padding.length, 8);
  header.writeUInt32LE(options.gcStress ? FLAG_GC_STRESS : 0, 12);
  const { rule = null, version = "" } = options.about ?? {};
  header.writeUInt16LE(rule ? rule.value : NO_THRESHOLD, 16);
  header.writeUInt16LE(rule?.comparison === "above" ? 1 : 0, 18);
  header.write(version.slice(0, VERSION_MAX), 20, "latin1");
  if (options.signer) header.set(options.signer, SIGNER_AT);
  const packed = Buffer.concat([header, program, texts, padding]);
  if (packed.length > PACKAGE_SPACE) {
    throw new UserError(
      `the program and its settings take ${packed.length} of ${PACKAGE_SPACE} bytes`,
    );
  }
  if (program.length > PROGRAM_MAX) {
    throw new UserError(`the program takes ${program.length} of ${PROGRAM_MAX} bytes`);
  }
  return packed;
}
