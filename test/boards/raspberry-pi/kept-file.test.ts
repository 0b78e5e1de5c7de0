import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { KeptFile } from "../../../boards/raspberry-pi/kept-file";

describe("what a device keeps", () => {
  let folder: string;
  let path: string;
  let lines: string[];
  const flash = () => new KeptFile(path, (line) => lines.push(line));

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "nightlight-flash-"));
    path = join(folder, "settings");
    lines = [];
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("is there again after a restart, for its user alone", () => {
    expect(flash().load()).toHaveLength(0);
    flash().save(Uint8Array.of(1, 2, 3));
    flash().save(Uint8Array.of(4, 5));
    expect([...flash().load()]).toEqual([4, 5]);
    expect(readdirSync(folder)).toEqual(["settings"]);
    if (process.platform !== "win32") expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(lines).toEqual([]);
  });

  it("is the old content if power was cut while the new one was written", () => {
    flash().save(Uint8Array.of(1, 2, 3));
    writeFileSync(`${path}.new`, "half of");
    expect([...flash().load()]).toEqual([1, 2, 3]);
    flash().save(Uint8Array.of(4));
    expect([...flash().load()]).toEqual([4]);
  });

  it.each([0, 31, 32, 40])("is set aside if it is damaged at byte %i", (at) => {
    flash().save(new Uint8Array(16));
    const bytes = readFileSync(path);
    bytes.writeUInt8((bytes[at] ?? 0) ^ 1, at);
    writeFileSync(path, bytes);
    expect(flash().load()).toHaveLength(0);
    expect(lines).toEqual([`${path}: damaged, renamed to .damaged; the last order is not known`]);
    expect(readdirSync(folder)).toEqual(["settings.damaged"]);
  });

  it("is said once not to be kept, and once to be kept again", () => {
    const kept = flash();
    // Neither a file nor a folder that can be opened for writing.
    symlinkSync(folder, `${path}.new`);
    kept.save(Uint8Array.of(1));
    kept.save(Uint8Array.of(2));
    expect(lines).toEqual([expect.stringMatching(/settings: EISDIR.*; orders are not kept$/)]);
    unlinkSync(`${path}.new`);
    kept.save(Uint8Array.of(3));
    expect(lines[1]).toBe(`${path}: is written again`);
    expect([...flash().load()]).toEqual([3]);
  });
});
