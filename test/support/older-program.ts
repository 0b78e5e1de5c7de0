import { compileFirmware } from "../../boards/tools/firmware/compile";

/** Compiles the current nightlight, but with another word in one of its log lines. */
export async function olderProgram(): Promise<Uint8Array> {
  return await patched("Reading acknowledged", "Reading ACKNOWLEDGED");
}

/**
 * Compiles the current nightlight, and replaces one of its texts by another text of the same
 * length.
 */
export async function patched(text: string, other: string): Promise<Uint8Array> {
  const program = Buffer.from(await compileFirmware());
  const at = program.indexOf(text);
  if (at < 0) throw new Error(`no "${text}" in the program`);
  program.write(other, at);
  return program;
}
