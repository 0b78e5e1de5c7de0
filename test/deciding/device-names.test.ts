import { describe, expect, it } from "vitest";
import { DeviceNames, namePayload, parseName } from "../../server/deciding/device-names";

describe("the names of devices", () => {
  it("come from the broker, and changes are reported", () => {
    const changed: string[] = [];
    const names = new DeviceNames((id) => changed.push(id));
    expect(names.receive("a", namePayload("Küche 🌙"))).toBeUndefined();
    expect(names.receive("a", namePayload("Küche 🌙"))).toBeUndefined();
    expect(names.of("a")).toBe("Küche 🌙");
    expect(names.receive("a", namePayload(""))).toBeUndefined();
    expect(names.of("a")).toBeUndefined();
    expect(changed).toEqual(["a", "a"]);
  });

  it.each([
    ["a", "Hall", /^payload is not a JSON object$/],
    ["a", "{}", /^name: expected text .*, got nothing$/],
    ["a", '{"name":5}', /^name: expected text .*, got 5$/],
    ["a", '{"name":"\\u0007"}', /^name: expected .* control character/],
    ["a", '{"name":"\\ud800"}', /^name: expected .* lone surrogates, got "\\ud800"$/],
    ["", '{"name":"Hall"}', /^id: empty$/],
    ["b/c", '{"name":"Hall"}', /^id: has a "\/"$/],
  ])("refuse for %j what %j says", (id, text, error) => {
    const names = new DeviceNames(() => expect.unreachable());
    expect(names.receive(id, text)).toMatch(error);
  });

  it("are limited in number, because other clients of the broker can publish them", () => {
    const names = new DeviceNames(() => undefined);
    for (let at = 0; at < 10_000; at++) names.receive(`stranger-${at}`, namePayload("x"));
    expect(names.receive("one-more", namePayload("x"))).toMatch(/have names already/);
    expect(names.receive("stranger-5", namePayload("y"))).toBeUndefined();
    // If a person names the device on this server, the name is accepted.
    names.set("ours", "Hall");
    expect(names.of("ours")).toBe("Hall");
  });
});

describe("a name", () => {
  it.each([
    ["Hall", "Hall"],
    ["  Hall \n", "Hall"],
    ["", ""],
    [" ", ""],
    ["x".repeat(64), "x".repeat(64)],
    ["<b>&amp;", "<b>&amp;"],
  ])("may be %j", (text, value) => expect(parseName(text)).toEqual({ value }));

  it.each([
    ["x".repeat(65)],
    ["a\u0000b"],
    ["a\nb"],
    ["\ud800"],
    [null],
    [5],
    [undefined],
    [["x"]],
  ])("may not be %j", (text) =>
    expect(parseName(text).error).toMatch(/^name: expected text of at most 64/),
  );
});
