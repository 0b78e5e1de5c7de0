import { compileFirmware } from "../../boards/tools/firmware/compile";
import { forBoth } from "./client";
import type { Measurement } from "./measurement";

const FIRMWARE_LIMIT = 24 * 1024;

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
      builtin: undefined,
      unit: "bytes",
      expected: { text: `below ${FIRMWARE_LIMIT}`, reached: firmware < FIRMWARE_LIMIT },
    },
  ];
}
