import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Board } from "../../../boards/line/board";
import {
  changeSettings,
  readKnownSettings,
  type SettingChanges,
} from "../../../boards/line/board-settings";
import { PROGRAM_LINES, RUNTIME_LINES } from "../../../boards/log-lines";
import { compileFirmware } from "../../../boards/tools/firmware/compile";
import { makePackage } from "../../../boards/wio-terminal/build/package";
import { Checkout } from "../../support/checkout";
import { Mosquitto } from "../../support/mosquitto";
import { type Outcome, Program } from "../../support/program";
import { PseudoPort } from "../../support/pseudo-port";
import { seededRandom } from "../../support/random";
import { Witness } from "../../support/witness";
import { UsbBoard } from "./usb-board";

const CUTS = 12;

let board: UsbBoard;
afterEach(async () => await board.stop());

describe("npm run setup:wio", () => {
  let broker: Mosquitto;
  let witness: Witness;
  let port: PseudoPort;
  let checkout: Checkout;

  beforeEach(async () => {
    broker = await Mosquitto.start();
    witness = await Witness.connect(broker.url);
    checkout = new Checkout();
    board = await UsbBoard.start(makePackage(await compileFirmware(), { ID: "fresh" }));
    await board.until("the serial port is there", () => board.plugs === 1);
    const { vendor, serial: serialNumber } = board.host.strings;
    port = await PseudoPort.plugIn({ vendor, vendorId: "2886", productId: "802d", serialNumber });
    board.onData = (bytes) => port.write(bytes);
    port.onData = (bytes) => board.write(bytes);
  });
  afterEach(async () => {
    checkout.remove();
    await port.unplug();
    await witness.stop();
    await broker.stop();
  });

  const setup = async (args: string[], passwords: string[] = []): Promise<Outcome> => {
    const tool = checkout.tool("../wio-terminal/tools/setup", args, port.env);
    tool.type(passwords.map((line) => `${line}\n`).join(""));
    tool.endInput();
    return await tool.end;
  };

  it("connects a new board to a network, and it stays connected without the computer", async () => {
    const url = `mqtt://broker.home:${broker.port}`;
    const settings = ["--id", "desk-1", "--broker", url, "--wifi", "home"];
    const { code, stdout, stderr } = await setup(settings, ["good night"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout.replace(/^.*: waiting for the board\n/, "")).toBe(
      [
        "Settings: stored on the board.",
        "Wi-Fi: joined, address 10.0.2.15.",
        `Broker: connecting to broker.home, port ${broker.port}, as desk-1.`,
        "Broker: reached; it lets the board in.",
        "First reading: sent.",
        "First reading: acknowledged by the broker.",
        "The nightlight is connected.",
        "",
      ].join("\n"),
    );
    expect(witness.payloads("desk-1/telemetry")).not.toEqual([]);
    expect(board.said.includes("good night")).toBe(false);

    const [from, before] = [board.log.length, witness.payloads("desk-1/telemetry").length];
    board.cyclePower();
    await board.untilLogged(`> ${PROGRAM_LINES.connected}`, from);
    await board.until("telemetry", () => witness.payloads("desk-1/telemetry").length > before);

    // Changes a single setting while the board is in its network.
    const again = await setup(["--id", "desk-2"]);
    expect(again).toMatchObject({ code: 0, stderr: "" });
    expect(again.stdout).toContain("Wi-Fi: in home, address 10.0.2.15.\n");
    expect(witness.payloads("desk-2/telemetry")).not.toEqual([]);
  });

  it("reports what failed and what to do, and the board can be set up again", async () => {
    const wifi = ["--wifi", "home", "--broker", `mqtt://broker.home:${broker.port}`];
    const wrong = await setup(wifi, ["wrong one"]);
    expect(wrong.code).toBe(1);
    expect(wrong.stdout).toContain("Settings: stored on the board.\n");
    expect(wrong.stderr).toMatch(
      /^nightlight: The settings are stored\. Wi-Fi: the network was not found, or its password is wrong\. .*\n$/,
    );
    expect(board.said.includes("wrong one")).toBe(false);
    const nobody = await setup(
      ["--wifi", "home", "--broker", "mqtt://nobody.home"],
      ["good night"],
    );
    expect(nobody.stderr).toMatch(/Broker: found no computer with the name nobody\.home\. .*\n$/);
    const right = await setup(["--broker", `mqtt://broker.home:${broker.port}`]);
    expect(right).toMatchObject({ code: 0, stderr: "" });
  });

  it("asks in a terminal, again after a mistake, and shows no password", async () => {
    const line = [process.execPath, "--import", "tsx", "boards/wio-terminal/tools/setup.ts"];
    const options = { cwd: checkout.dir, env: port.env };
    const tool = new Program("script", ["-qec", line.join(" "), "/dev/null"], options);
    const answers: [string, string][] = [
      ["Id of the board [fresh]: ", "a/b"],
      ["id: expected 1 to 64 characters", ""],
      ["Id of the board [fresh]: ", "desk-3"],
      ["Wi-Fi name: ", "home"],
      ["Wi-Fi password, not shown (none: Enter): ", "short"],
      ["Wi-Fi password: expected 8 to 63 bytes, got 5", ""],
      ["Wi-Fi password, not shown (none: Enter): ", "good night"],
      ["Broker: ", `mqtt://broker.home:${broker.port}`],
      ["Broker user: ", "-"],
    ];
    let from = 0;
    try {
      for (const [question, answer] of answers) {
        await board.until(question, () => {
          if (tool.hasEnded) throw new Error(tool.output);
          return tool.output.includes(question, from);
        });
        from = tool.output.indexOf(question, from) + question.length;
        if (answer !== "") tool.type(`${answer}\n`);
      }
      expect(await tool.end).toMatchObject({ code: 0 });
    } finally {
      await tool.stop();
    }
    expect(tool.output).toContain("The nightlight is connected.");
    expect(tool.output).not.toMatch(/good night|short/);
    expect(witness.payloads("desk-3/telemetry")).not.toEqual([]);
  });

  it("reports each mistake in one line, before it looks for a board", async () => {
    const mistake = async (args: string[], passwords?: string[]) => {
      const { code, stdout, stderr } = await setup(args, passwords);
      expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
      return stderr;
    };
    expect(await mistake([])).toBe(
      "nightlight: expected --id, --broker, --user, --wifi or --from FILE; in a terminal, the command asks\n",
    );
    expect(await mistake(["--wifi", "home"], ["short"])).toBe(
      "nightlight: Wi-Fi password: expected 8 to 63 bytes, got 5\n",
    );
    expect(await mistake(["--user", "me"])).toBe(
      "nightlight: password: standard input has no line for it\n",
    );
    checkout.write("class.env", "ID=a\nWIFI_SSD=home\n");
    expect(await mistake(["--from", "class.env"])).toMatch(
      /^nightlight: class\.env:2: WIFI_SSD: is not a setting/,
    );
  });
});

describe("a power cut while a board is set up", () => {
  it("leaves all of the old settings or all of the new ones", async () => {
    const random = seededRandom(23);
    const settingsOf = (number: number): SettingChanges => ({
      ID: `id-${number}`,
      // Long values, so that the store's block is full from time to time.
      BROKER: `mqtt://${"x".repeat(60)}-${number}`,
      MQTT_USER: number % 3 === 0 ? null : `user-${number}`,
      WIFI_SSID: `net-${number}`,
      WIFI_PWD: `password-${number}`,
    });
    const isIt = (number: number, known: object, wanted: object | undefined): boolean => {
      const { ID, BROKER, MQTT_USER, WIFI_SSID, WIFI_PWD } = settingsOf(number);
      return (
        JSON.stringify([known, wanted]) ===
        JSON.stringify([
          { id: ID, broker: BROKER, user: MQTT_USER ?? undefined, wifi: undefined },
          { ssid: WIFI_SSID, password: WIFI_PWD },
        ])
      );
    };
    board = await UsbBoard.start();
    const { chip } = board;
    const clock = {
      nowMs: () => chip.clock.nowMicros / 1000,
      wait: async (ms: number) => {
        const endMicros = chip.clock.nowMicros + 1000 * ms;
        await board.until("time passes", () => chip.clock.nowMicros >= endMicros);
      },
    };
    let opened = 0;
    const open = async (plugs: number): Promise<Board> => {
      await board.until("the serial port is there", () => board.plugs === plugs);
      const own = ++opened;
      // Bytes that are in transit to the board when it is switched off are discarded.
      const line = new Board((bytes) => own === opened && board.write(bytes), clock);
      board.onData = (bytes) => line.receive(bytes);
      await line.open();
      return line;
    };
    let number = 1;
    await changeSettings(await open(1), settingsOf(number));
    const kept: string[] = [];
    for (let cut = 0; cut < CUTS; cut++) {
      const line = await open(1 + cut);
      let orders = Math.floor(random() * 60);
      let isOff = false;
      const goesOff = new Promise<void>((resolve) => {
        const switchOff = () => {
          if (isOff) return;
          isOff = true;
          opened++;
          chip.nvm.onWork = () => undefined;
          board.board.coprocessor.station.wanted = undefined;
          board.cyclePower();
          resolve();
        };
        chip.nvm.onWork = (micros) => {
          if (orders-- > 0) return;
          chip.nvm.onWork = () => undefined;
          chip.clock.at(chip.clock.nowMicros + 3 * random() * micros, switchOff);
        };
        const later = () => chip.clock.at(chip.clock.nowMicros, switchOff);
        // After the cut there is no answer. If the cut comes late, all settings have been stored.
        changeSettings(line, settingsOf(number + 1))
          .catch(() => undefined)
          .finally(later);
      });
      await goesOff;
      number++;
      const after = await open(2 + cut);
      await board.until(
        "it wants to join",
        () => board.board.coprocessor.station.wanted !== undefined,
      );
      const known = await readKnownSettings(after);
      const { wanted } = board.board.coprocessor.station;
      const [isOld, isNew] = [isIt(number - 1, known, wanted), isIt(number, known, wanted)];
      expect(isOld || isNew, JSON.stringify({ number, known, wanted })).toBe(true);
      kept.push(isNew ? "new" : "old");
      if (isOld) await changeSettings(after, settingsOf(number));
    }
    // If only one of the two values occurs, all cuts came too early, or all too late.
    expect(new Set(kept)).toEqual(new Set(["old", "new"]));
    expect(board.log.join("\n")).not.toContain(RUNTIME_LINES.panic);
  });
});
