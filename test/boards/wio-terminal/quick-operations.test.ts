import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import { WIO_FOLDER } from "../../../boards/wio-terminal/build/paths";
import { run } from "../../../boards/wio-terminal/build/tools";
import { generateVm } from "../../../boards/wio-terminal/build/vm";

let dir: string;
afterEach(() => rmSync(dir, { recursive: true }));

it("leaves the memory like the translated virtual machine, after any operations", async () => {
  dir = mkdtempSync(join(tmpdir(), "nightlight-quick-"));
  const { folder } = await generateVm();
  const include = ["include", "runtime"].map((name) => `-I${join(WIO_FOLDER, name)}`);
  const object = async (source: string, flags: readonly string[]): Promise<string> => {
    const path = join(dir, `${source.replace(/\W/g, "_")}.o`);
    await run("gcc", ["-std=gnu11", ...include, `-I${folder}`, ...flags, "-c", source, "-o", path]);
    return path;
  };
  const sanitizers = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"];
  const strict = ["-Wall", "-Wextra", "-Werror", "-g", "-O1", ...sanitizers];
  const objects = await Promise.all([
    // This file includes the translated virtual machine, which is not written to be free of
    // warnings.
    object(join(WIO_FOLDER, "test/vm_quick_test.c"), ["-w"]),
    object(join(folder, "vm_data.c"), []),
    object(join(WIO_FOLDER, "runtime/vm_quick.c"), strict),
  ]);
  const program = join(dir, "vm_quick_test");
  // The rest of the virtual machine's imports is missing. Calling one of them would end the test.
  const link = ["-no-pie", "-Wl,--unresolved-symbols=ignore-in-object-files"];
  await run("gcc", [...sanitizers, ...link, ...objects, "-lm", "-o", program]);
  const output = await run(program, []);
  expect(Number(/^(\d+) operations compared$/m.exec(output)?.[1])).toBeGreaterThan(500_000);
});
