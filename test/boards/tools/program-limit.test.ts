import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { checkSize, PROGRAM_MAX_BYTES } from "../../../boards/tools/firmware/program-limit";
import { ROOT } from "../../../server/base/root";

it("the program limit is that of the smallest board, the Wio Terminal", () => {
  expect(PROGRAM_MAX_BYTES).toEqual({ ESP32: 225_152, "Pico W": 110_464, "Wio Terminal": 57_184 });
  expect(() => checkSize(57_184)).not.toThrow();
  expect(() => checkSize(57_185)).toThrow(
    "program: expected at most 57184 bytes for the Wio Terminal, got 57185",
  );
});

it("the limit in the Wio Terminal's runtime is the same", () => {
  const header = readFileSync(join(ROOT, "boards/wio-terminal/runtime/program_store.h"), "utf8");
  const [, blocks, less] = /PROGRAM_STORE_MAX = (\d+) \* 1024 - (\d+)/.exec(header) ?? [];
  expect(Number(blocks) * 1024 - Number(less) - 128).toBe(PROGRAM_MAX_BYTES["Wio Terminal"]);
});
