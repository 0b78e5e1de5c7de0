import { describe, expect, it } from "vitest";
import { numberedIds } from "../../../boards/tools/usb/board-ids";
import {
  type Computer,
  findBoards,
  flashAll,
  flashSummary,
} from "../../../boards/tools/usb/flash-board";
import type { Port } from "../../../boards/tools/usb/serial-port";

type Fault = "no drive" | "takes nothing" | "never starts" | "port is busy" | "drive is full";

interface FakeBoard {
  number: number;
  port?: string;
  drive?: string;
  fault?: Fault;
  image?: string;
}

/** A computer with boards. It names ports and drives as its operating system does. */
class FakeComputer implements Computer {
  readonly said: string[] = [];

  constructor(
    private readonly boards: FakeBoard[],
    private readonly newDrive: (number: number) => string,
  ) {}

  ports = (): Promise<Port[]> =>
    Promise.resolve([
      { path: "/dev/other", vendorId: "303a", productId: "802d" },
      ...this.boards.flatMap(({ port, number, image }) =>
        port === undefined
          ? []
          : [
              {
                path: port,
                vendorId: "2886",
                productId: "802d",
                serialNumber: image === undefined ? `${number}` : `JD${number}`,
              },
            ],
      ),
    ]);

  drives = (): string[] => this.boards.flatMap(({ drive }) => (drive === undefined ? [] : [drive]));

  touch = (port: string): Promise<void> => {
    const board = this.boards.find((other) => other.port === port);
    if (!board || board.fault === "port is busy") throw new Error(`${port}: Cannot lock port`);
    board.port = undefined;
    if (board.fault !== "no drive") board.drive = this.newDrive(board.number);
    return Promise.resolve();
  };

  copy = (image: Buffer, drive: string): void => {
    const board = this.boards.find((other) => other.drive === drive);
    if (!board) throw new Error(`nothing at ${drive}`);
    if (board.fault === "drive is full") throw new Error("no space left, after 0 bytes");
    if (board.fault === "takes nothing") return;
    board.image = image.toString();
    board.drive = undefined;
    if (board.fault !== "never starts") board.port = `back-${board.number}`;
  };

  /** Checks only once, because nothing changes during the wait. */
  waitFor = async (condition: () => boolean | Promise<boolean>): Promise<boolean> =>
    await condition();

  say = (text: string): void => {
    this.said.push(text);
  };

  get images(): (string | undefined)[] {
    return this.boards.map(({ image }) => image);
  }
}

const imageFor = (id: string) => Promise.resolve(Buffer.from(`image of ${id}`));

async function flash(computer: FakeComputer, ids: string[]) {
  return await flashAll(computer, await findBoards(computer), ids, imageFor);
}

describe("flashing a class", () => {
  it.each([
    ["Linux", (n: number) => `/dev/ttyACM${n}`, (n: number) => `/media/ada/Arduino${n}`],
    ["macOS", (n: number) => `/dev/cu.usbmodem${n}`, (n: number) => `/Volumes/Arduino ${n}`],
    ["Windows", (n: number) => `COM${n}`, (n: number) => `${"CDEFGHIJKLMNOP"[n] ?? ""}:\\`],
  ])("gives each board its own id, on %s", async (_, port, drive) => {
    const boards: FakeBoard[] = [10, 2, 9].map((number) => ({ number, port: port(number) }));
    boards.push({ number: 1, drive: drive(1) });
    const computer = new FakeComputer(boards, drive);
    const results = await flash(computer, ["a", "b", "c", "d"]);
    expect(results).toEqual([
      { place: drive(1), id: "a" },
      { place: port(2), id: "b" },
      { place: port(9), id: "c" },
      { place: port(10), id: "d" },
    ]);
    expect(computer.images).toEqual(["d", "b", "c", "a"].map((id) => `image of ${id}`));
    expect(flashSummary(results)[0]).toBe("4 of 4 boards flashed:");
  });

  it("continues if one board fails, and reports which one and why", async () => {
    const faults: (Fault | undefined)[] = [
      ...(["no drive", "takes nothing", undefined, "never starts"] as const),
      ...(["port is busy", "drive is full", undefined] as const),
    ];
    const boards = faults.map((fault, number) => ({ number, port: `COM${number}`, fault }));
    const computer = new FakeComputer(boards, (number) => `drive ${number}`);
    const results = await flash(computer, numberedIds("desk", 7));
    expect(flashSummary(results)).toEqual([
      "2 of 7 boards flashed:",
      "  COM0  desk-1  FAILED: no bootloader drive appeared: mount it, or slide its power switch down twice, quickly: a drive named Arduino appears; then run this again",
      "  COM1  desk-2  FAILED: drive 1: the bootloader is still there: it did not accept the image",
      "  COM2  desk-3",
      "  COM3  desk-4  FAILED: it accepted the image, but its port did not come back",
      "  COM4  desk-5  FAILED: Cannot lock port",
      "  COM5  desk-6  FAILED: no space left, after 0 bytes",
      "  COM6  desk-7",
    ]);
    expect(computer.images.filter((image) => image !== undefined)).toEqual([
      "image of desk-3",
      "image of desk-4",
      "image of desk-7",
    ]);
  });

  it("ignores boards of other vendors", async () => {
    expect(await findBoards(new FakeComputer([], () => ""))).toEqual([]);
  });
});
