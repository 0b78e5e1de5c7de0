import { describe, expect, it } from "vitest";
import { loadConfig, parseConfig } from "../../server/setup/config";
import { parseOptions } from "../../server/setup/options";
import { userNameError } from "../../server/setup/users";

const config = loadConfig();
const options = (...flags: string[]) => parseOptions(flags, config, {});
const BAD = [
  "",
  ".",
  "..",
  "+",
  "a#",
  "a/b",
  "a\\b",
  "$SYS",
  "a\u0000",
  "a\ud800",
  "*",
  "x".repeat(65),
];

describe.each(BAD)("an id %j", (id) => {
  const inOneLine = (start: string) =>
    new Error(
      `${start}expected 1 to 64 characters, not . or .., no $ first, and none of + # / \\ *, control characters or lone surrogates, got ${JSON.stringify(id)}`,
    );

  it("is refused as an option, as a user and in the configuration", () => {
    expect(() => options(`--id=${id}`)).toThrow(inOneLine("--id: "));
    expect(userNameError(id)).toBe(inOneLine("").message);
    expect(() => parseConfig(JSON.stringify({ ...config, id }))).toThrow(
      inOneLine("devicescript.json: id: "),
    );
  });
});

it("an id with other than English letters is accepted everywhere", () => {
  const id = "K\u00fcche 1";
  expect(options(`--id=${id}`)).toMatchObject({ id });
  expect(userNameError(id)).toBeUndefined();
  expect(parseConfig(JSON.stringify({ ...config, id })).id).toBe(id);
});
