import { compileFirmware } from "../../boards/tools/firmware/compile";

const [NOW, BEFORE] = ["Reading acknowledged", "Reading ACKNOWLEDGED"];

/** As the nightlight that is compiled now, but for a word that it logs. */
export async function olderProgram(): Promise<Uint8Array> {
  const program = Buffer.from(await compileFirmware());
  const at = program.indexOf(NOW);
  if (at < 0) throw new Error(`no "${NOW}" in the program`);
  program.write(BEFORE, at);
  return program;
}
