import {
  existsSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import {
  AtomicFile,
  READINGS_CONSEQUENCES,
  SETTINGS_CONSEQUENCES,
} from "../../../boards/raspberry-pi/atomic-file";
import { folderForTest } from "../../support/folder";

describe("a device's file", () => {
  let folder: string;
  let path: string;
  let lines: string[];
  const file = () => new AtomicFile(path, SETTINGS_CONSEQUENCES, (line) => lines.push(line));

  beforeEach(() => {
    folder = folderForTest();
    path = join(folder, "settings");
    lines = [];
  });
  it("can be read after a restart, by its user alone", () => {
    expect(file().load()).toHaveLength(0);
    file().save(Uint8Array.of(1, 2, 3));
    file().save(Uint8Array.of(4, 5));
    expect([...file().load()]).toEqual([4, 5]);
    expect(readdirSync(folder)).toEqual(["settings"]);
    if (process.platform !== "win32") expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(lines).toEqual([]);
  });

  it("has the old content if power was cut while the new content was written", () => {
    file().save(Uint8Array.of(1, 2, 3));
    writeFileSync(`${path}.new`, "half of");
    expect([...file().load()]).toEqual([1, 2, 3]);
    file().save(Uint8Array.of(4));
    expect([...file().load()]).toEqual([4]);
  });

  it.each([0, 31, 32, 40])("is set aside if it is damaged at byte %i", (at) => {
    file().save(new Uint8Array(16));
    const bytes = readFileSync(path);
    bytes.writeUInt8((bytes[at] ?? 0) ^ 1, at);
    writeFileSync(path, bytes);
    expect(file().load()).toHaveLength(0);
    expect(lines).toEqual([`${path}: damaged, renamed to .damaged; the last order is not known`]);
    expect(readdirSync(folder)).toEqual(["settings.damaged"]);
  });

  it.each([
    // A folder cannot be opened for writing.
    ["EISDIR", () => folder],
    // On Linux, /dev/full acts as a full disk.
    ...(existsSync("/dev/full") ? [["ENOSPC", () => "/dev/full"] as const] : []),
  ] as const)(
    "has the old content if it can't be written, and the error is logged once: %s",
    (code, to) => {
      const kept = new AtomicFile(path, READINGS_CONSEQUENCES, (line) => lines.push(line));
      kept.save(Uint8Array.of(1));
      symlinkSync(to(), `${path}.new`);
      kept.save(Uint8Array.of(2));
      kept.save(Uint8Array.of(3));
      expect(lines).toEqual([
        expect.stringMatching(`${code}.*; readings that wait are kept in RAM only$`),
      ]);
      expect([...file().load()]).toEqual([1]);
      unlinkSync(`${path}.new`);
      kept.save(Uint8Array.of(4));
      expect(lines[1]).toBe(`${path}: is written again`);
      expect([...file().load()]).toEqual([4]);
    },
  );
});
