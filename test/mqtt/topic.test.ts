import { describe, expect, it } from "vitest";
import { isFilter, isTopic, matches, toTopic } from "../../src/mqtt/topic";

describe("matches", () => {
  // Filters and topics that match: the examples of section 4.7, and consequences of its rules.
  const yes = [
    ["sport/tennis/player1/#", "sport/tennis/player1"],
    ["sport/tennis/player1/#", "sport/tennis/player1/ranking"],
    ["sport/tennis/player1/#", "sport/tennis/player1/score/wimbledon"],
    ["sport/#", "sport"],
    ["#", "sport/tennis"],
    ["#", "/"],
    ["sport/tennis/+", "sport/tennis/player1"],
    ["sport/+", "sport/"],
    ["+/+", "/finance"],
    ["/+", "/finance"],
    ["+", "finance"],
    ["+/#", "finance"],
    ["a/+/c/#", "a//c"],
    ["$SYS/#", "$SYS/broker/load"],
    ["$SYS/monitor/+", "$SYS/monitor/Clients"],
    ["ä/+/€", "ä/😀/€"],
    ["a", "a"],
  ];
  const no = [
    ["sport/tennis/+", "sport/tennis/player1/ranking"],
    ["sport/+", "sport"],
    ["+", "/finance"],
    ["#", "$SYS/broker"],
    ["+/monitor/Clients", "$SYS/monitor/Clients"],
    ["a", "A"],
    ["a/b", "a"],
    ["a", "a/b"],
    ["a/", "a"],
    ["a", "a/"],
    ["ab", "a"],
    ["a/+", "b/x"],
  ];
  for (const [filter = "", topic = ""] of yes)
    it(`${filter} covers ${topic}`, () => expect(matches(filter, topic)).toBe(true));
  for (const [filter = "", topic = ""] of no)
    it(`${filter} does not cover ${topic}`, () => expect(matches(filter, topic)).toBe(false));
});

describe("isFilter and isTopic", () => {
  it("allow wildcards only as whole levels, and # only as the last one", () => {
    for (const filter of ["#", "+", "a/#", "+/a/#", "a/+/b", "/", "//+", "$SYS/#", "ä"])
      expect(isFilter(filter), filter).toBe(true);
    for (const filter of ["", "a#", "#/a", "a/#/b", "a+", "+a", "a/+b", "##", "++", "a\u0000"])
      expect(isFilter(filter), filter).toBe(false);
  });

  it("allow no wildcard in a name", () => {
    for (const topic of ["a", "/", "a/b", "$x", "a b"]) expect(isTopic(topic), topic).toBe(true);
    for (const topic of ["", "+", "#", "a/+", "a#", "\u0000"])
      expect(isTopic(topic), topic).toBe(false);
  });
});

describe("toTopic", () => {
  it("accepts every valid name", () => {
    for (const name of ["a", "t/ü", "€/😀", "\ufeffbom", "\ufffd", "\u{10ffff}"])
      expect(toTopic(Buffer.from(name))).toBe(name);
  });

  it("refuses bytes that are not UTF-8", () => {
    const bytes = [
      [0xff],
      [0xc0, 0x80],
      [0xc3],
      [0xe0, 0x80, 0xaf],
      [0xed, 0xa0, 0x80],
      [0xf4, 0x90, 0x80, 0x80],
      [0x61, 0x80],
    ];
    for (const name of bytes) expect(toTopic(Buffer.from(name)), String(name)).toBe(undefined);
  });
});
