import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ROOT } from "../../server/base/root";
import { parseConfig } from "../../server/setup/config";
import { piDevices } from "../../server/setup/pi-parts";

const config = JSON.parse(readFileSync(join(ROOT, "devicescript.json"), "utf8")) as object;
const pi = (pi: object) => parseConfig(JSON.stringify({ ...config, pi })).pi;

describe("the devices of a Raspberry Pi", () => {
  it("are a single one by default", () => {
    const parts = pi({});
    expect(piDevices("desk", parts)).toEqual([["desk", parts]]);
  });

  it("have their own settings, and the defaults otherwise", () => {
    const others = { hall: { ledGpio: 16 }, attic: { ledGpio: 17, sensor: "ads1115" } };
    const devices = piDevices("desk", pi({ sensor: "ads1115", others }));
    expect(
      devices.map(([id, { sensor, channel, ledGpio }]) => [id, sensor, channel, ledGpio]),
    ).toEqual([
      ["desk", "ads1115", 0, 5],
      ["hall", "grove-base-hat", 0, 16],
      ["attic", "ads1115", 0, 17],
    ]);
  });

  it("have distinct ids", () => {
    expect(() => piDevices("hall", pi({ others: { hall: { ledGpio: 16 } } }))).toThrow(
      new Error("pi.others.hall: expected an id other than that of the first device, hall"),
    );
  });
});
