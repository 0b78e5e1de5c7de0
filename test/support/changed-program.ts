import type { SourceMap } from "../../server/base/source-map";
import { EDITABLE_FILE } from "../../server/base/tab-program";
import { compileInProcess } from "../../server/compiler/compiler-process";
import { Firmware } from "../../server/firmware";
import { loadConfig } from "../../server/setup/config";

export interface ChangedProgram {
  program: Uint8Array;
  places: SourceMap;
  /** Position of the added line, such as "src/nightlight.ts:49". */
  place: string;
}

/**
 * Compiles the nightlight with the line `added` in `src/nightlight.ts`, before the line that
 * contains `before`.
 */
export async function programWith(added: string, before: string): Promise<ChangedProgram> {
  const files = new Firmware(loadConfig()).sources();
  const lines = (files[EDITABLE_FILE] ?? "").split("\n");
  const at = lines.findIndex((line) => line.includes(before));
  if (at < 0) throw new Error(`no "${before}" in ${EDITABLE_FILE}`);
  lines.splice(at, 0, added);
  const sources = { entry: "src/main.ts", files: { ...files, [EDITABLE_FILE]: lines.join("\n") } };
  const made = await compileInProcess(sources, new AbortController().signal);
  if ("errors" in made) throw new Error(made.errors[0]?.message);
  const { program, places } = made;
  const place = `${EDITABLE_FILE}:${at + 1}`;
  return { program: Buffer.from(program, "base64"), places, place };
}

/**
 * Compiles a bad release: after each start, it publishes its first reading and panics at the second
 * one.
 */
export async function panicsOnceHeard(): Promise<ChangedProgram> {
  const added = '    if (reporter["isFirstSent"]) throw new Error("on purpose");';
  return await programWith(added, "seq++;");
}
