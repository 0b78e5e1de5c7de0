import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { PROGRAM_LINES, RUNTIME_LINES } from "../../../boards/log-lines";
import { QEMU } from "../../../boards/wio-terminal/build/compile";
import { linkImage } from "../../../boards/wio-terminal/build/image";
import { makePackage } from "../../../boards/wio-terminal/build/package";
import {
  lightOfRaw,
  startNightlightBoard,
} from "../../../boards/wio-terminal/emulator/nightlight-board";
import { QemuBoard } from "../../../boards/wio-terminal/emulator/qemu-board";
import { topicOf } from "../../../src/common/wire";
import { Mosquitto } from "../../support/mosquitto";
import { type Started, startNightlight } from "../../support/nightlight";
import { until } from "../../support/until";
import { Witness } from "../../support/witness";
import { program } from "./programs";

interface Telemetry {
  light: number;
  led_on: boolean;
  seq: number;
  boot: number;
  age_ms?: number;
}

let broker: Mosquitto;
let server: Started;
let witness: Witness;
let board: QemuBoard | undefined;
let brokerIsUp = true;

beforeAll(async () => {
  broker = await Mosquitto.start();
  server = await startNightlight({ brokerUrl: broker.url, simulate: false });
  witness = await Witness.connect(broker.url);
});
afterEach(async () => {
  await board?.stop();
  board = undefined;
  if (!brokerIsUp) await broker.restart(); // a test failed halfway
  brokerIsUp = true;
});
afterAll(async () => {
  await witness.stop();
  await server.stop();
  await broker.stop();
});

function readings(id: string): Telemetry[] {
  return witness
    .payloads(topicOf(id, "telemetry"))
    .map((payload) => JSON.parse(payload) as Telemetry);
}

async function untilReported(id: string, what: (reading: Telemetry) => boolean): Promise<void> {
  await until(`such a reading of ${id}`, () => readings(id).some(what));
}

async function untilLed(on: boolean): Promise<void> {
  await until(`LED ${on ? "on" : "off"}`, () => board?.led === (on ? 65535 : 0));
}

describe("the nightlight on the emulated Wio Terminal", () => {
  it("turns its LED on in the dark and off in the light", async () => {
    const id = "wio-1";
    board = await startNightlightBoard({ id, broker: broker.url });
    board.setLight(lightOfRaw(100));
    await untilReported(id, ({ light }) => light === 100);
    await untilLed(true);
    board.setLight(lightOfRaw(800));
    await untilReported(id, ({ light, led_on }) => light === 800 && led_on);
    await untilLed(false);
    expect((await server.device(id))?.online).toBe(true);
  });

  it("delivers a reading taken while the broker was down", async () => {
    const id = "wio-2";
    board = await startNightlightBoard({ id, broker: broker.url });
    board.setLight(lightOfRaw(500));
    await untilReported(id, ({ light }) => light === 500);
    brokerIsUp = false;
    await broker.kill();
    await board.untilLogged(RUNTIME_LINES.socket + RUNTIME_LINES.connectionRefused);
    board.setLight(lightOfRaw(42));
    // Without a server, the board decides by the same rule.
    await board.untilLogged(`> ${PROGRAM_LINES.alone}`);
    await untilLed(true);
    await broker.restart();
    brokerIsUp = true;
    await untilReported(
      id,
      ({ light, age_ms }) => light === 42 && age_ms !== undefined && age_ms > 1000,
    );
    await untilReported(id, ({ light, age_ms }) => light === 42 && age_ms === undefined);
    const [boot] = readings(id).map((reading) => reading.boot);
    expect(readings(id).every((reading) => reading.boot === boot)).toBe(true);
    // Boot numbers are random, so the next run has another boot number.
    await board.stop();
    board = await startNightlightBoard({ id, broker: broker.url });
    await untilReported(id, (reading) => reading.boot !== boot);
  });

  it("never lets the network block the program for more than 5 ms", async () => {
    // An instruction takes 8 ns of emulated time here, however busy this machine is.
    const args = ["-icount", "shift=3"];
    board = await startNightlightBoard({ id: "wio-5", broker: broker.url, args });
    for (const raw of [100, 900, 200, 800]) {
      board.setLight(lightOfRaw(raw));
      await untilReported("wio-5", ({ light }) => light === raw);
      await untilLed(raw < 300);
    }
    board.say("status");
    const longest = /=(\d+)$/.exec(await board.untilLogged(RUNTIME_LINES.longestNetwork));
    expect(Number(longest?.[1])).toBeGreaterThan(0);
    expect(Number(longest?.[1])).toBeLessThan(5000);
  });

  it("finds its broker by name", async () => {
    board = await startNightlightBoard({
      id: "wio-3",
      broker: `mqtt://broker.home:${broker.port}`,
    });
    board.setLight(lightOfRaw(321));
    await untilReported("wio-3", ({ light }) => light === 321);
    expect(board.coprocessor.calls).toContain("hostByName");
  });

  it("reports that it does not support TLS", async () => {
    board = await startNightlightBoard({ id: "wio-4", broker: `mqtts://127.0.0.1:${broker.port}` });
    await board.untilLogged(RUNTIME_LINES.socket + RUNTIME_LINES.noTls);
  });

  it("reports to the program which button is pressed", async () => {
    const { elf } = await linkImage(QEMU);
    const packed = makePackage(program("button"), {});
    board = await QemuBoard.start({ elf, packed });
    await board.untilLogged("set role");
    await board.untilLogged("buttons are watched");
    await until("all three buttons have a role", () => {
      return (board?.log.filter((line) => line.startsWith("set role ")).length ?? 0) >= 3;
    });
    board.setButton("a", true);
    await board.untilLogged("> button A went down");
    board.setButton("a", false);
    await board.untilLogged("> button A came up");
    board.setButton("c", true);
    await board.untilLogged("> button C went down");
    expect(board.log).not.toContain("> button B went down");
  });
});
