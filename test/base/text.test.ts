import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { textOf } from "../../server/base/text";
import { lineFor, UserError } from "../../server/base/user-error";
import { pageToken } from "../../server/http/token";
import { loadConfig } from "../../server/setup/config";
import { readSettings } from "../../server/setup/settings";
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

describe("the error line for a person", () => {
  it("names the file or folder that can't be used", () => {
    let error: unknown;
    try {
      writeFileSync("/dev/null/state", "");
    } catch (thrown) {
      error = thrown;
    }
    expect(lineFor(error)).toBe("/dev/null/state: not a directory (open)");
    expect(lineFor(new UserError("--id: missing"))).toBe("--id: missing");
  });

  it("does not hide a bug of the program", () => {
    const fault = new TypeError("x is undefined");
    expect(() => lineFor(fault)).toThrow(fault);
  });
});
