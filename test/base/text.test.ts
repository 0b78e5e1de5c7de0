import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { textOf } from "../../server/base/text";
import { lineFor, UserError } from "../../server/base/user-error";
import { pageToken } from "../../server/http/token";
import { loadConfig } from "../../server/setup/config";
import { readSettings } from "../../server/setup/settings";
import { readTls } from "../../server/setup/tls";
import { Users } from "../../server/setup/users";
import { folderForAll } from "../support/folder";

/** One text, encoded as different editors and shells save it. */
const SAVED: [string, (text: string) => Buffer][] = [
  ["UTF-8", (text) => Buffer.from(text)],
  ["UTF-8 with a byte order mark", (text) => Buffer.from(`\ufeff${text}`)],
  ["UTF-16, little end first", (text) => Buffer.from(`\ufeff${text}`, "utf16le")],
  ["UTF-16, big end first", (text) => Buffer.from(`\ufeff${text}`, "utf16le").swap16()],
];

describe.each(SAVED)("text in %s", (_, save) => {
  const dir = folderForAll();
  const write = (name: string, text: string): string => {
    const path = join(dir, name);
    writeFileSync(path, save(text));
    return path;
  };

  it("is decoded without the mark", () => {
    expect(textOf(save("Grüße, 灯\n"))).toBe("Grüße, 灯\n");
  });

  it("is accepted in configuration, settings, users and token", () => {
    expect(loadConfig(write("devicescript.json", JSON.stringify(loadConfig())))).toEqual(
      loadConfig(),
    );
    expect(readSettings(write(".env.local", "ID=lamp-1\n"))).toEqual({ ID: "lamp-1" });
    write("users.json", '{"lamp-1":{"role":"device","password":null}}');
    expect(new Users(dir).get("lamp-1")).toEqual({ role: "device", password: null });
    write("token", "a token of twenty-four cs\n");
    expect(pageToken(dir, undefined).token).toBe("a token of twenty-four cs");
  });
});

describe("bytes that are not text", () => {
  const dir = folderForAll();
  const PROBLEM = "expected text in UTF-8 or UTF-16, got other bytes";

  it.each([
    ["Latin-1", Buffer.from("Küche", "latin1")],
    ["a lone surrogate in UTF-8", Buffer.from([0xed, 0xa0, 0x80])],
    ["a lone surrogate in UTF-16", Buffer.from([0xff, 0xfe, 0x00, 0xd8])],
    ["half a character of UTF-16", Buffer.from([0xfe, 0xff, 0x00])],
  ])("are refused: %s", (_, bytes) => {
    expect(() => textOf(bytes)).toThrow(new Error(PROBLEM));
  });

  it.each<[string, (path: string) => unknown]>([
    ["devicescript.json", loadConfig],
    [".env.local", readSettings],
    ["users.json", () => new Users(dir)],
    ["token", () => pageToken(dir, undefined)],
  ])("are refused in %s with the file's path", (name, read) => {
    const path = join(dir, name);
    writeFileSync(path, Buffer.from('ID="Küche"', "latin1"));
    expect(() => read(path)).toThrow(new Error(`${path}: ${PROBLEM}`));
  });

  it("are refused in a certificate file with the flag", () => {
    const ca = join(dir, "ca.der");
    writeFileSync(ca, Buffer.from([0x30, 0x82, 0x03, 0xff]));
    expect(() => readTls({ ca })).toThrow(new Error(`--ca ${ca}: ${PROBLEM}`));
  });
});

describe("the error line for a person", () => {
  it("names the file or folder that can't be used", () => {
    let error: unknown;
    try {
      writeFileSync("/dev/null/state", "");
    } catch (thrown) {
      error = thrown;
    }
    expect(lineFor(error)).toBe("/dev/null/state: part of this path is a file, not a folder");
    const system = (code: string, syscall: string) =>
      lineFor(
        Object.assign(new Error(`${code}: raw words, ${syscall} '/x'`), {
          code,
          syscall,
          path: "/x",
        }),
      );
    expect(system("ENOENT", "open")).toBe("/x: does not exist");
    expect(system("ENOENT", "mkdir")).toBe("/x: a folder can't be made there");
    expect(system("EEXIST", "mkdir")).toBe("/x: expected a folder, got a file");
    expect(system("EMFILE", "open")).toBe("/x: raw words (open)");
    expect(lineFor(new UserError("--id: missing"))).toBe("--id: missing");
  });

  it("does not hide a bug of the program", () => {
    const fault = new TypeError("x is undefined");
    expect(() => lineFor(fault)).toThrow(fault);
  });
});
