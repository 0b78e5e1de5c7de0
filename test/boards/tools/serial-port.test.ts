import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { callOutPath, choosePort, listed, type Port } from "../../../boards/tools/usb/serial-port";
import { folderForAll } from "../../support/folder";

describe("the board's serial port", () => {
  const dir = folderForAll();
  let espressif: Port;
  let silabs: Port;
  let printer: Port;

  beforeAll(() => {
    const port = (name: string, vendorId?: string): Port => {
      writeFileSync(join(dir, name), "");
      return { path: join(dir, name), ...(vendorId && { vendorId }) };
    };
    espressif = port("ttyACM0", "303A");
    silabs = port("ttyUSB0", "10c4");
    printer = port("ttyUSB1", "04b8");
  });

  const nobody = () => Promise.resolve(undefined);
  const answer = (text: string) => () => Promise.resolve(text);

  it("is the only port with a board's vendor", async () => {
    expect(await choosePort(undefined, [printer, espressif], nobody)).toBe(espressif.path);
    expect(await choosePort(undefined, [printer], nobody)).toBeUndefined();
    expect(await choosePort(undefined, [], nobody)).toBeUndefined();
  });

  it("is asked for if there are several", async () => {
    const asked: string[] = [];
    const ask = (question: string) => {
      asked.push(question);
      return Promise.resolve("2");
    };
    expect(await choosePort(undefined, [espressif, printer, silabs], ask)).toBe(silabs.path);
    expect(asked).toEqual([
      `Several boards are plugged in:\n  1  ${espressif.path} (Espressif)\n  2  ${silabs.path} (CP210x)\nWhich one? `,
    ]);
  });

  it.each([["3"], ["0"], ["x"], [""]])("is not guessed if the answer is %j", async (text) => {
    await expect(choosePort(undefined, [espressif, silabs], answer(text))).rejects.toThrow(
      `several boards are plugged in, choose one with --port: ${espressif.path} (Espressif), ${silabs.path} (CP210x)`,
    );
  });

  it("can be any existing port, if it is named", async () => {
    expect(await choosePort(printer.path, [espressif, printer], nobody)).toBe(printer.path);
    await expect(choosePort("/dev/ttyS9", [espressif], nobody)).rejects.toThrow(
      `--port: no port /dev/ttyS9: there is ${espressif.path} (Espressif)`,
    );
  });

  it.each([
    ["/dev/tty.wchusbserial10", "/dev/cu.wchusbserial10"],
    ["/dev/cu.SLAB_USBtoUART", "/dev/cu.SLAB_USBtoUART"],
    ["/dev/ttyACM0", "/dev/ttyACM0"],
    ["COM3", "COM3"],
  ])("has the name of the device that does not wait for a caller: %s", (name, calledOut) => {
    expect(callOutPath(name)).toBe(calledOut);
  });

  it("is described with everything known about it", () => {
    expect(listed([])).toBe("is no serial port at all");
    expect(listed([espressif, { path: "COM3" }])).toBe(`are ${espressif.path} (Espressif), COM3`);
  });
});
