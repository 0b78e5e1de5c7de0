import { compileFirmware } from "../../boards/tools/firmware/compile";

/** The current nightlight, except for one word that it logs. */
export async function olderProgram(): Promise<Uint8Array> {
  return await patched("Reading acknowledged", "Reading ACKNOWLEDGED");
}

/** The current nightlight with one of its texts replaced by another text of the same length. */
export async function patched(text: string, other: string): Promise<Uint8Array> {
  const program = Buffer.from(await compileFirmware());
  const at = program.indexOf(text);
  if (at < 0) throw new Error(`no "${text}" in the program`);
  program.write(other, at);
  return program;
}
