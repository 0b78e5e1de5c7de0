import { compileFirmware } from "../../server/firmware/compile";

const NAMES = ["all", "button", "garbage", "out-of-memory", "speed", "too-deep", "trap"] as const;
export type ProgramName = (typeof NAMES)[number];

function entry(name: ProgramName): string {
  return `test/wio/programs/${name}.ts`;
}

/** DeviceScript programs of the tests, as paths from the root. */
export const PROGRAMS = NAMES.map(entry);

/** The bytecode; it was compiled before the tests began. */
export async function program(name: ProgramName): Promise<Uint8Array> {
  return await compileFirmware(entry(name));
}
