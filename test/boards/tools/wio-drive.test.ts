import { describe, expect, it } from "vitest";
import { type DriveSystem, findDrives } from "../../../boards/tools/usb/wio-drive";

const WIO = "UF2 Bootloader v3.7.0\r\nBoard-ID: SAMD51P19A-WioTerminal-v0\r\n";
const METRO = WIO.replace("WioTerminal", "Metro");

/** @param files the content of each file, by path */
function system(platform: NodeJS.Platform, files: Record<string, string>): DriveSystem {
  const namesIn = (folder: string) =>
    Object.keys(files)
      .filter((path) => path.startsWith(`${folder}/`))
      .map((path) => path.slice(folder.length + 1).split("/")[0] ?? "");
  return {
    platform,
    username: "ada",
    list: (folder) => [...new Set(namesIn(folder))],
    read: (file) => files[file] ?? "",
  };
}

describe("the drives of the boards' bootloaders", () => {
  it("have letters on Windows", () => {
    const files = {
      "A:\\INFO_UF2.TXT": WIO, // a floppy disk is never read
      "D:\\INFO_UF2.TXT": WIO,
      "E:\\INFO_UF2.TXT": METRO,
      "G:\\INFO_UF2.TXT": WIO,
    };
    expect(findDrives(undefined, system("win32", files))).toEqual(["D:\\", "G:\\"]);
  });

  it("are volumes on macOS, numbered from the second one", () => {
    const files = {
      "/Volumes/Macintosh HD/etc/hosts": "",
      "/Volumes/Arduino/INFO_UF2.TXT": WIO,
      "/Volumes/Arduino 1/INFO_UF2.TXT": WIO,
      "/Volumes/METROBOOT/INFO_UF2.TXT": METRO,
    };
    expect(findDrives(undefined, system("darwin", files))).toEqual([
      "/Volumes/Arduino",
      "/Volumes/Arduino 1",
    ]);
  });

  it("are mounted anywhere on Linux, each counted once", () => {
    const files = {
      "/proc/mounts": [
        "/dev/sda1 / ext4 rw 0 0",
        "/dev/sdb /media/ada/Arduino vfat rw 0 0",
        "/dev/sdc /mnt/my\\040board vfat rw 0 0",
        "",
      ].join("\n"),
      "/media/ada/Arduino/INFO_UF2.TXT": WIO,
      "/mnt/my board/INFO_UF2.TXT": WIO,
      "/run/media/ada/Arduino1/INFO_UF2.TXT": WIO,
      "/home/ada/INFO_UF2.TXT": WIO,
    };
    expect(findDrives(undefined, system("linux", files))).toEqual([
      "/media/ada/Arduino",
      "/mnt/my board",
      "/run/media/ada/Arduino1",
    ]);
  });

  it("are only in the given folder, if there is one", () => {
    const files = { "/media/ada/Arduino/INFO_UF2.TXT": WIO, "/else/INFO_UF2.TXT": WIO };
    expect(findDrives(["/else", "/nowhere"], system("linux", files))).toEqual(["/else"]);
  });
});
