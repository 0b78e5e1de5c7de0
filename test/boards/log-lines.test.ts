import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  OUTBOX_LINES,
  PROGRAM_LINES,
  RUNTIME_LINES,
  SCREEN_WORDS,
  showsConnection,
} from "../../boards/log-lines";
import { readSources } from "../../boards/wio-terminal/build/c-modules";
import { ROOT } from "../../server/base/root";
import { deviceClientId } from "../../src/common/wire";

/** Returns the string literals in C code. Adjacent literals are joined. */
function cTexts(code: string): string[] {
  const joined = code.replace(/\/\*[^]*?\*\//g, "").replace(/"\s*"/g, "");
  return [...joined.matchAll(/"((?:[^"\\\n]|\\.)*)"/g)].map(([, text = ""]) =>
    text.replace(/\\n$/, "").replace(/\\(.)/g, "$1"),
  );
}

function cTextsOf(folder: RegExp): string[] {
  return [...readSources()].flatMap(([file, code]) => (folder.test(file) ? cTexts(code) : []));
}

function files(folder: string, ending: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(ending))
    .map((name) => join(folder, name));
}

const read = (file: string): string => readFileSync(join(ROOT, file), "utf8");

describe("log lines that other programs look for", () => {
  const board = cTextsOf(/^/);
  const screen = cTextsOf(/^screen\//);
  const program = files("src", ".ts").map(read).join("\n");

  it.each(Object.values(RUNTIME_LINES))("appear in the Wio Terminal's runtime: %j", (part) => {
    expect(board.some((text) => text.includes(part))).toBe(true);
  });

  it.each(Object.values(SCREEN_WORDS))("appear on its screen: %j", (part) => {
    expect(screen.some((text) => text.includes(part))).toBe(true);
  });

  it.each([...Object.values(PROGRAM_LINES), ...Object.values(OUTBOX_LINES)])(
    "appear in the program: %j",
    (part) => {
      expect(program).toMatch(new RegExp(`["\`](mqtt: )?${part}`));
    },
  );

  it("include those that the screen looks for in the program's log", () => {
    const watch = read("boards/wio-terminal/runtime/program_watch.c");
    const starts = [...watch.matchAll(/after\(line, "([^"]+)"\)/g)].map(([, start]) => start);
    const { acknowledged, unacknowledged, received, nextTry, ...others } = PROGRAM_LINES;
    expect([acknowledged, unacknowledged, received]).not.toContain(""); // read by the tools only
    const known = [...Object.values(others), PROGRAM_LINES.mqtt + nextTry, "> "];
    expect(starts.sort()).toEqual(known.sort());
    // The screen finds the end of the device id by this text.
    expect(watch).toContain(`strstr(start, "${deviceClientId("")}")`);
  });

  it("are not repeated as text anywhere else", () => {
    const parts = [
      ...Object.values(RUNTIME_LINES),
      ...Object.values(PROGRAM_LINES),
      ...Object.values(OUTBOX_LINES),
    ].filter((part) => part.length > 11);
    const users = ["boards", "test/boards/wio-terminal", "test/debug"].flatMap((folder) =>
      files(folder, ".ts"),
    );
    const found = users
      .filter((file) => !/log-lines|wio-terminal.programs/.test(file))
      .flatMap((file) => {
        const code = read(file).replace(/\/\*[^]*?\*\/|\/\/.*/g, "");
        return parts.filter((part) => code.includes(part)).map((part) => `${file}: ${part}`);
      });
    expect(found).toEqual([]);
  });

  it("show that the device is connected", () => {
    expect(showsConnection("> Connected")).toBe(true);
    expect(showsConnection('> Sending telemetry {"light":5}')).toBe(true);
    expect(showsConnection('> Message received: {"led_on":true}')).toBe(true);
    expect(showsConnection("> Connecting to mqtt://127.0.0.1:1883 as x")).toBe(false);
    expect(showsConnection("Connected")).toBe(false);
  });
});
