import { afterEach, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { Checkout } from "../../support/checkout";
import { PortList } from "../../support/port-list";
import type { Program } from "../../support/program";
import { PseudoPort } from "../../support/pseudo-port";
import { until } from "../../support/until";
import { BOOTLOADER, Drive, TOUCH_BAUD, WIO_USB } from "./drive";

describe("npm run flash:wio -- --all", () => {
  let checkout: Checkout;
  let drives: [Drive, Drive, Drive];

  beforeEach(() => {
    checkout = new Checkout();
    drives = [new Drive(), new Drive(), new Drive()];
    const settings = ["ID=class-*", "BROKER=mqtt://192.0.2.1:1883", "WIFI_SSID=net", ""];
    checkout.write(".env.local", settings.join("\n"));
  });
  afterEach(() => checkout.remove());

  const plugIn = async (serialNumber: string): Promise<PseudoPort> => {
    const port = await PseudoPort.plugIn({ ...WIO_USB, serialNumber });
    onTestFinished(async () => await port.unplug());
    return port;
  };
  const flashAll = (port: PseudoPort, ...args: string[]): Program => {
    const flags = drives.flatMap(({ dir }) => ["--drive", dir]);
    const tool = checkout.tool(
      "../wio-terminal/tools/flash",
      ["--all", ...flags, ...args],
      port.env,
    );
    onTestFinished(async () => {
      await tool.stop();
    });
    return tool;
  };
  /**
   * Acts as the bootloader does after a copy: the drive disappears, and the board's port appears.
   */
  const acceptImage = async (ports: PortList, board: PseudoPort, drive: Drive, id: string) => {
    const idOf = (image?: Buffer) => /ID\0"([^"]*)"\0/.exec(image?.toString("latin1") ?? "")?.[1];
    await until(`the image of ${id} is on the drive`, () => idOf(drive.image) === id);
    drive.goAway();
    ports.show(board, { serialNumber: `JD000000000000${id.slice(-2)}` });
  };

  it("gives each board its own id, continues if one fails, and sums up", async () => {
    const [port, second, third] = [await plugIn("1"), await plugIn("2"), await plugIn("3")];
    const ports = new PortList(port, second, third);
    const [drive, full, last] = drives;
    // The first board is in its bootloader already. Of the other two boards, one refuses the file
    // on its drive, and the tool asks the last one to enter its bootloader.
    ports.show(port, BOOTLOADER);
    drive.appear();
    checkout.write("ids.txt", "# our class\nada-01\nbob-02\neve-03\n");
    const tool = flashAll(port, "--ids", "ids.txt");
    await acceptImage(ports, port, drive, "ada-01");
    const isAsked = (board: PseudoPort) => board.baud === TOUCH_BAUD;
    await until("the next one is asked", () => isAsked(second) || isAsked(third));
    const [busy, asked] = isAsked(second) ? [second, third] : [third, second];
    full.refuse();
    ports.hide(busy);
    full.appear();
    await until("the last one is asked", () => isAsked(asked));
    ports.hide(asked);
    last.appear();
    await acceptImage(ports, asked, last, "eve-03");
    const { code, stdout, stderr } = await tool.end;
    const [, failure = "", ...results] = stdout.split(/^2 of 3 boards flashed:\n/m);
    expect(results).toEqual([]);
    const width = Math.max(...[drive.dir, busy.path, asked.path].map(({ length }) => length));
    expect(failure.split("\n")).toEqual([
      `  ${drive.dir.padEnd(width)}  ada-01`,
      `  ${busy.path.padEnd(width)}  bob-02  FAILED: ${full.file}: expected a file, got a folder, after 0 bytes`,
      `  ${asked.path.padEnd(width)}  eve-03`,
      "",
    ]);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: "nightlight: 1 of 3 boards were not flashed\n",
    });
  });

  it("checks the number of ids first, and reports impossible options", async () => {
    const port = await plugIn("1");
    new PortList(port, await plugIn("2"));
    checkout.write("ids.txt", "ada-01\n");
    const failing = async (...args: string[]) => {
      const { code, stderr } = await flashAll(port, ...args).end;
      expect(code).toBe(1);
      return stderr;
    };
    expect(await failing("--ids", "ids.txt")).toBe(
      "nightlight: ids.txt: expected an id for each of 2 boards, got 1\n",
    );
    expect(await failing("--image", "image.uf2")).toBe(
      "nightlight: --image: contains one id, but with --all each board gets its own\n",
    );
    expect(await failing("--port", port.path)).toBe(
      "nightlight: --port: names one board, but --all means every board\n",
    );
    expect(port.baud).not.toBe(TOUCH_BAUD);
  });
});
