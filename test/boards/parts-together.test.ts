import { afterAll, beforeAll, expect, it } from "vitest";
import { SimulatedDevice } from "../../server/simulator/device";
import { addServer, ButtonServer, LedServer } from "../../server/simulator/jacdac";
import { I2CBus } from "../support/i2c/bus";
import { Ltr390Chip } from "../support/i2c/ltr390-chip";
import { readLine } from "../support/i2c/read-screen";
import { Ssd1306Chip } from "../support/i2c/ssd1306-chip";
import { until } from "../support/until";
import { Workbench } from "../support/workbench";

let bench: Workbench;

beforeAll(async () => {
  bench = await Workbench.start();
});

afterAll(async () => {
  await bench.stop();
});

it("a board with an LTR390, a screen and a button works, and continues if one part fails", async () => {
  const { broker, checkout, witness } = bench;
  checkout.write(".env.local", "PARTS=button=D1,ssd1306,ltr390\n");
  const { bytecode, stdout } = await bench.build("--board", "xiao-esp32c3");
  expect(stdout).toContain("for xiao-esp32c3 with ltr390,ssd1306,button=A1_D1 ...");

  const sensor = new Ltr390Chip(2);
  const screen = new Ssd1306Chip();
  const button = new ButtonServer();
  const bus = new I2CBus(sensor, screen);
  screen.powerUp();
  // Simulates a different chip at the sensor's address, by another part id.
  sensor.partId = 0x11;

  const log: string[] = [];
  const panics: number[] = [];
  const device = await SimulatedDevice.start({
    bytecode,
    settings: { ID: "parts", BROKER: broker.url },
    lightRaw: undefined,
    onLog: (line) => log.push(line),
    onPanic: (panic) => panics.push(panic),
  });
  addServer(device.bus, "I2C", bus);
  addServer(device.bus, "button", button);
  const untilLogged = async (line: string) => await until(line, () => log.includes(`> ${line}`));
  const untilRead = async (text: string, line: number, size?: number) =>
    await until(`"${text}" on the screen`, () => readLine(screen, line, size) === text);

  // The program rejects the different chip first, then accepts an LTR390.
  await untilLogged("Light sensor: expected an LTR390 at 0x53, got part 17");
  await untilRead("parts", 0);
  await untilRead("--     OFF", 2, 2);
  sensor.partId = 0xb2;
  await untilLogged("Light sensor: is back");

  // 2 lux correspond to a light of 192, by the curve of docs/boards.md.
  await witness.untilSeen("parts/telemetry", /"light":192,/);
  await witness.publish("parts/commands", '{"led_on":true}');
  await until("the lamp is on", () => device.ledOn);
  await untilRead("192     ON", 2, 2);
  await untilRead("by server", 5);
  await untilRead("", 6);

  await button.down();
  await until("the lamp is off", () => !device.ledOn);
  await untilRead("by hand", 5);
  await untilRead("192    OFF", 2, 2);
  await button.up();
  await witness.publish("parts/commands", '{"led_on":false}');
  await untilRead("by server", 5);

  // The sensor is unplugged and plugged in again, so it has lost its settings.
  bus.unplug(sensor);
  await untilLogged("Light sensor: no LTR390 answers on I2C, check its four wires");
  await untilRead("Light sensor: no", 6);
  await untilRead("LTR390 answers on I2C", 7);
  sensor.powerUp();
  sensor.lux = 1000;
  bus.plug(sensor);
  await witness.untilSeen("parts/telemetry", /"light":969,/);
  await untilRead("969    OFF", 2, 2);
  await untilRead("", 6);

  // The sensor loses power for such a short time that the program requests nothing in between.
  sensor.powerUp();
  sensor.lux = 50;
  await witness.untilSeen("parts/telemetry", /"light":704,/);

  sensor.isStuck = true;
  await untilLogged("Light sensor: the LTR390 does not measure");
  sensor.isStuck = false;
  await untilRead("704    OFF", 2, 2);

  // A shorted wire holds the bus low, so no chip answers.
  bus.isHeld = true;
  await untilLogged("Screen: no SSD1306 answers on I2C, check its four wires");
  screen.powerUp();
  await witness.publish("parts/commands", '{"led_on":true}');
  await until("the lamp is on", () => device.ledOn);
  bus.isHeld = false;
  await untilLogged("Screen: is back");
  await untilRead("704     ON", 2, 2);
  await untilRead("parts", 0);

  await device.stop();
  expect(panics).toEqual([]);
});

it("a dimmable lamp has the configured brightness, and no light when it is off", async () => {
  const { broker, checkout, witness } = bench;
  const config = JSON.parse(checkout.read("devicescript.json").toString()) as object;
  checkout.write("devicescript.json", JSON.stringify({ ...config, lampBrightness: 7 }));

  const { bytecode } = await bench.build("--board", "pico-w", "--parts", "dimmable");
  const device = await SimulatedDevice.start({
    bytecode,
    settings: { ID: "dimmed", BROKER: broker.url },
    lightRaw: 100,
  });
  // Jacdac transmits a ratio in 16 bits, so the brightness is not exactly 0.07.
  const untilGlowing = () => until("it glows", () => Math.abs(device.brightness - 0.07) < 1e-4);
  const untilOff = () => until("it is off", () => device.brightness === 0);
  await witness.untilSeen("dimmed/telemetry", /"light":100,/);
  await witness.publish("dimmed/commands", '{"led_on":true}');
  await untilGlowing();
  await witness.publish("dimmed/commands", '{"led_on":false}');
  await untilOff();
  await device.stop();
});

it("a board's RGB LED glows warm, at the configured brightness", async () => {
  const { broker, checkout, witness } = bench;
  const config = JSON.parse(checkout.read("devicescript.json").toString()) as object;
  checkout.write("devicescript.json", JSON.stringify({ ...config, lampBrightness: 50 }));

  const { bytecode } = await bench.build("--board", "esp32-s3", "--parts", "rgb");
  const device = await SimulatedDevice.start({
    bytecode,
    settings: { ID: "coloured", BROKER: broker.url },
    lightRaw: 100,
  });
  const led = new LedServer({ numPixels: 1 });
  addServer(device.bus, "LED", led);
  const untilColour = (...colour: number[]) =>
    until(`the LED is ${colour.join()}`, () => led.pixels.values()[0].join() === colour.join());
  await witness.untilSeen("coloured/telemetry", /"light":100,/);
  await witness.publish("coloured/commands", '{"led_on":true}');
  await untilColour(128, 55, 15);
  // The RGB LED replaces the plain lamp, which stays off.
  expect(device.ledOn).toBe(false);
  await witness.publish("coloured/commands", '{"led_on":false}');
  await untilColour(0, 0, 0);
  await device.stop();
});
