import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, expect, it } from "vitest";
import { linuxPorts } from "../../../boards/tools/usb/linux-ports";
import { folderForTest } from "../../support/folder";

let dir: string;

beforeEach(() => {
  dir = folderForTest();
  for (const name of ["tty0", "ttyS0", "ttyACM0", "ttyUSB1", "ttyACM9"])
    mkdirSync(join(dir, "class", name), { recursive: true });
});

/** Creates a USB device as the kernel shows it. The port's link leads to the device's interface. */
function plugIn(port: string, usb: string, inside: string, facts: Record<string, string>): void {
  const device = join(dir, "devices", usb);
  mkdirSync(join(device, inside), { recursive: true });
  for (const [name, value] of Object.entries(facts))
    writeFileSync(join(device, name), `${value}\n`);
  symlinkSync(join(device, inside), join(dir, "class", port, "device"));
}

it("lists the USB serial ports and their devices without a program of udev", () => {
  const wio = { idVendor: "2886", idProduct: "802d", manufacturer: "Seeed", serial: "A1B2" };
  plugIn("ttyACM0", "1-1", "1-1:1.0", wio);
  // If a chip has its own driver, the kernel shows one more folder between the device and the port.
  plugIn("ttyUSB1", "1-2", "1-2:1.0/ttyUSB1", { idVendor: "1a86", idProduct: "7523" });
  expect(linuxPorts(join(dir, "class")).sort((a, b) => (a.path < b.path ? -1 : 1))).toEqual([
    {
      path: "/dev/ttyACM0",
      vendorId: "2886",
      productId: "802d",
      manufacturer: "Seeed",
      serialNumber: "A1B2",
    },
    { path: "/dev/ttyACM9" },
    { path: "/dev/ttyUSB1", vendorId: "1a86", productId: "7523" },
  ]);
});
