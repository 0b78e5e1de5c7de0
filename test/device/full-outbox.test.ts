import { expect, it } from "vitest";
import { compileFirmware } from "../../boards/tools/firmware/compile";
import { SimulatedDevice } from "../../server/simulator/device";
import { until } from "../support/until";

/** Capacity of the test's outbox, twice that of a real device: src/nightlight.ts. */
const CAPACITY = 1024;

/** The virtual machine ends a program after 131,072 operations without a pause. */
it("making room in a full outbox takes half of the operations that the machine allows", async () => {
  const lines: string[] = [];
  const device = await SimulatedDevice.start({
    bytecode: await compileFirmware("test/programs/full-outbox.ts"),
    settings: { CAPACITY: CAPACITY as unknown as string },
    lightRaw: 0,
    onLog: (line) => lines.push(line),
  });
  try {
    await until("it made room, or ended", () =>
      lines.some((line) => /kept|InfiniteLoop/.test(line)),
    );
    expect(lines.join("\n")).toContain(`> kept ${CAPACITY / 2 + 1}, from 1`);
  } finally {
    await device.stop();
  }
});
