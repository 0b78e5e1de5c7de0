import { describe, expect, it } from "vitest";
import {
  numberedIds,
  readIds,
  settingsForBoard,
  sharedUser,
} from "../../../boards/tools/usb/board-ids";

describe("a list of ids", () => {
  it("has one id on each line", () => {
    expect(readIds("\ufeff# class 7b\r\ndesk-1\r\n\r\n  desk-2  \r\n", "ids.txt")).toEqual([
      "desk-1",
      "desk-2",
    ]);
  });

  it.each([
    ["a\nb\na", "ids.txt:3: a occurs twice"],
    ["a\n\nb/c", /^ids.txt:3: expected 1 to 64 characters.* got "b\/c"$/],
    ["class-*", /^ids.txt:1: expected .* got "class-\*"$/],
  ])("refuses %j", (text, message) => {
    expect(() => readIds(text, "ids.txt")).toThrow(message);
  });

  it("contains only the id of the settings, if there is no file", () => {
    expect(numberedIds("class-*-7b", 2)).toEqual(["class-1-7b", "class-2-7b"]);
    expect(numberedIds("desk", 3)).toEqual(["desk-1", "desk-2", "desk-3"]);
    const longest = "x".repeat(62);
    expect(numberedIds(longest, 9)).toHaveLength(9);
    expect(() => numberedIds(longest, 10)).toThrow(/^ID: expected 1 to 64 characters/);
  });
});

describe("the user name of each board", () => {
  it("is the board's id, if the common user name was the common id", () => {
    const settings = { ID: "class-*", MQTT_USER: "class-*", MQTT_PWD: "secret" };
    expect(sharedUser("class-*", settings)).toBeUndefined();
    expect(settingsForBoard("class-1", "class-*", settings)).toEqual({
      ...{ ID: "class-1", MQTT_USER: "class-1", MQTT_PWD: "secret" },
    });
  });

  it("otherwise stays the same, with a warning", () => {
    expect(settingsForBoard("desk-1", "desk", { MQTT_USER: "ada" })).toEqual({
      ...{ ID: "desk-1", MQTT_USER: "ada" },
    });
    expect(sharedUser("desk", { MQTT_USER: "ada" })).toMatch(
      /^MQTT_USER: each board will log in as ada, .* with MQTT_USER=desk,/,
    );
    expect(settingsForBoard("desk-1", "desk", {})).toEqual({ ID: "desk-1" });
    expect(sharedUser("desk", {})).toBeUndefined();
  });
});
