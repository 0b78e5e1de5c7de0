import { compileFirmware } from "../../boards/tools/firmware/compile";
import { PROGRAM_MAX_BYTES } from "../../boards/tools/firmware/program-limit";
import { forBoth } from "./client";
import type { Measurement } from "./measurement";

/** The smallest program limit of all boards, bytes. */
const FIRMWARE_LIMIT = Math.min(...Object.values(PROGRAM_MAX_BYTES));

export default async function size(): Promise<Measurement[]> {
  const { ours, builtin } = await forBoth(
    async (kind) => (await compileFirmware(`test/programs/size-${kind}.ts`)).length,
  );
  const firmware = (await compileFirmware()).length;
  return [
    {
      name: "bytecode of the smallest program",
      ours,
      builtin,
      unit: "bytes",
      expected: { text: "smaller", reached: ours < builtin },
    },
    {
      name: "bytecode of the nightlight",
      ours: firmware,
      unit: "bytes",
      expected: { text: `at most ${FIRMWARE_LIMIT}`, reached: firmware <= FIRMWARE_LIMIT },
    },
  ];
}
