import { afterAll, beforeAll, expect, it } from "vitest";
import { SimulatedDevice } from "../../server/simulator/device";
import { addServer, ButtonServer } from "../../server/simulator/jacdac";
import { Checkout } from "../support/checkout";
import { I2CBus } from "../support/i2c/bus";
import { Ltr390Chip } from "../support/i2c/ltr390-chip";
import { readLine } from "../support/i2c/read-screen";
import { Ssd1306Chip } from "../support/i2c/ssd1306-chip";
import { Mosquitto } from "../support/mosquitto";
import { until } from "../support/until";
import { Witness } from "../support/witness";

let checkout: Checkout;
let broker: Mosquitto;
let witness: Witness;

beforeAll(async () => {
  checkout = new Checkout();
  broker = await Mosquitto.start();
  witness = await Witness.connect(broker.url);
});

afterAll(async () => {
  await witness.stop();
  await broker.stop();
  checkout.remove();
});

it("a board with an LTR390, a screen and a button works, and goes on if one of them does not", async () => {
  checkout.write(".env.local", "PARTS=button=D1,ssd1306,ltr390\n");
  const { code, stdout, stderr } = await checkout.run("build", ["--board", "xiao-esp32c3"]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toContain("for xiao-esp32c3 with ltr390,ssd1306,button=A1_D1 ...");

  const sensor = new Ltr390Chip(2);
  const screen = new Ssd1306Chip();
  const button = new ButtonServer();
  const bus = new I2CBus(sensor, screen);
  screen.powerUp();
  // As if another maker's chip had the same address.
  sensor.partId = 0x11;

  const log: string[] = [];
  const panics: number[] = [];
  const device = await SimulatedDevice.start({
    bytecode: checkout.read(".devicescript/bin/bytecode.devs"),
    settings: { ID: "parts", BROKER: broker.url },
    lightRaw: undefined,
    onLog: (line) => log.push(line),
    onPanic: (panic) => panics.push(panic),
  });
  addServer(device.bus, "I2C", bus);
  addServer(device.bus, "button", button);
  const says = async (line: string) => await until(line, () => log.includes(`> ${line}`));
  const reads = async (text: string, line: number, size?: number) =>
    await until(`"${text}" on the screen`, () => readLine(screen, line, size) === text);

  // Another chip, then the right one.
  await says("Light sensor: expected an LTR390 at 0x53, got part 17");
  await reads("parts", 0);
  await reads("--     OFF", 2, 2);
  sensor.partId = 0xb2;
  await says("Light sensor: is back");

  // 2 lux are a light of 192, by the curve of docs/boards.md.
  await witness.sees("parts/telemetry", /"light":192,/);
  await witness.publish("parts/commands", '{"led_on":true}');
  await until("the lamp is on", () => device.ledOn);
  await reads("192     ON", 2, 2);
  await reads("by server", 5);
  await reads("", 6);

  await button.down();
  await until("the lamp is off", () => !device.ledOn);
  await reads("by hand", 5);
  await reads("192    OFF", 2, 2);
  await button.up();
  await witness.publish("parts/commands", '{"led_on":false}');
  await reads("by server", 5);

  // Pulled out, and put back: it has forgotten what it was told.
  bus.unplug(sensor);
  await says("Light sensor: no LTR390 answers on I2C, check its four wires");
  await reads("Light sensor: no", 6);
  await reads("LTR390 answers on I2C", 7);
  sensor.powerUp();
  sensor.lux = 1000;
  bus.plug(sensor);
  await witness.sees("parts/telemetry", /"light":969,/);
  await reads("969    OFF", 2, 2);
  await reads("", 6);

  // So short that nobody asked it meanwhile.
  sensor.powerUp();
  sensor.lux = 50;
  await witness.sees("parts/telemetry", /"light":704,/);

  sensor.isStuck = true;
  await says("Light sensor: the LTR390 does not measure");
  sensor.isStuck = false;
  await reads("704    OFF", 2, 2);

  // A wire that holds the bus: nothing answers.
  bus.isHeld = true;
  await says("Screen: no SSD1306 answers on I2C, check its four wires");
  screen.powerUp();
  await witness.publish("parts/commands", '{"led_on":true}');
  await until("the lamp is on", () => device.ledOn);
  bus.isHeld = false;
  await says("Screen: is back");
  await reads("704     ON", 2, 2);
  await reads("parts", 0);

  await device.stop();
  expect(panics).toEqual([]);
});
