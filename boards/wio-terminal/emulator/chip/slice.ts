/** Builds the emulated chip's native code with the host's compiler. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { BUILD_FOLDER, WIO_FOLDER } from "../../build/paths";
import { fingerprint, makeIfMissing, run } from "../../build/tools";

const SOURCES = ["slice.c", "quick-stores.c"].map((name) =>
  join(WIO_FOLDER, "emulator/chip", name),
);
const FLAGS = [
  ...["-std=gnu11", "-Wall", "-Wextra", "-Werror", "-Wstrict-prototypes", "-Wmissing-prototypes"],
  ...["-O2", "-shared", "-fPIC"],
];

/** Path of the library that `buildSlice` makes. */
export function slicePath(): string {
  const key = fingerprint(...SOURCES.map((source) => readFileSync(source)), FLAGS.join(" "));
  return join(BUILD_FOLDER, "emulator", `slice-${key}.so`);
}

export async function buildSlice(): Promise<void> {
  await makeIfMissing(slicePath(), async (path) => {
    await run("gcc", [...FLAGS, ...SOURCES, "-o", path, "-l:libunicorn.so.2"]);
  });
}
