import { describe, expect, it } from "vitest";
import { findJsonMistake } from "../../server/base/json-mistake";

const GOOD = `{
  "a": [true, false, null, [], {}],
  "b": {"text": "\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e4 🌙", "": ""},
  "c": [0, -1.50, 2e3, 4.5E-6]
}`;

describe("a mistake in JSON", () => {
  it.each([
    ["", "1:1: not JSON: expected a value, got the end of the file"],
    ["// mine\n{}", "1:1: not JSON: expected a value, got a comment, which JSON does not have"],
    [
      '{\n  "a": 1, /* b */\n  "b": 2\n}',
      "2:11: not JSON: expected a name in double quotes, got a comment, which JSON does not have",
    ],
    ['{\n  "a": 1\n  "b": 2\n}', '3:3: not JSON: expected "," or "}", got a double quote'],
    ['{\r\n  "a" 1\r\n}', '2:7: not JSON: expected ":", got "1"'],
    ['{"a": 1,}', '1:9: not JSON: expected a name in double quotes, got "}"'],
    ["{a: 1}", '1:2: not JSON: expected a name in double quotes, got "a"'],
    ["[1, ]", '1:5: not JSON: expected a value, got "]"'],
    ["['a']", `1:2: not JSON: expected a value, got "'"`],
    ["[1", '1:3: not JSON: expected "," or "]", got the end of the file'],
    ["[01]", '1:3: not JSON: expected "," or "]", got "1"'],
    ['["a\n"]', "1:4: not JSON: expected a double quote after the text, got the end of the line"],
    ['["a', "1:4: not JSON: expected a double quote after the text, got the end of the file"],
    ['["\\x"]', String.raw`1:3: not JSON: expected an escape such as \n or \\, got "\\"`],
    ['["\t"]', String.raw`1:3: not JSON: expected an escape such as \n or \\, got "\t"`],
    ["🌙", '1:1: not JSON: expected a value, got "🌙"'],
    ["{} {}", '1:4: not JSON: expected the end of the file, got "{"'],
    ["[".repeat(200_000), '1:102: not JSON: expected at most 100 levels, got "["'],
    ['{"a": {"b": 1},\n "\\u0061": 2}', '2:2: "a" is set twice'],
  ])("of %j has a place", (text, mistake) => {
    expect(findJsonMistake(text)).toBe(mistake);
  });

  it("is found exactly if JSON.parse finds one", () => {
    expect(findJsonMistake(GOOD)).toBeUndefined();
    const characters = ["", ...Array.from('{}[]:,"\\/0-+.eEtn \n\t\u0000\u2028')];
    let refused = 0;
    for (let at = 0; at <= GOOD.length; at++)
      for (const put of characters)
        for (const removed of [0, 1, GOOD.length]) {
          const text = GOOD.slice(0, at) + put + GOOD.slice(at + removed);
          const mistake = findJsonMistake(text);
          // JSON.parse accepts a name that is set twice.
          expect(mistake === undefined || mistake.endsWith("is set twice"), text).toBe(
            isJson(text),
          );
          if (mistake !== undefined) refused++;
        }
    expect(refused).toBeGreaterThan(1000);
  });
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
