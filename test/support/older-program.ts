import { compileFirmware } from "../../boards/tools/firmware/compile";

/** As the nightlight that is compiled now, but for a word that it logs. */
export async function olderProgram(): Promise<Uint8Array> {
  return await patched("Reading acknowledged", "Reading ACKNOWLEDGED");
}

/** The nightlight that is compiled now with another text, of the same length, for one of its own. */
export async function patched(text: string, other: string): Promise<Uint8Array> {
  const program = Buffer.from(await compileFirmware());
  const at = program.indexOf(text);
  if (at < 0) throw new Error(`no "${text}" in the program`);
  program.write(other, at);
  return program;
}
