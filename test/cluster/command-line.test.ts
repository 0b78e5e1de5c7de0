import { expect, it } from "vitest";
import { loadConfig } from "../../server/setup/config";
import { type Options, parseOptions } from "../../server/setup/options";

const BROKER = ["--broker", "mqtt://a", "--no-device"];

function parse(args: string[]): Options {
  const options = parseOptions(args, loadConfig(), {});
  if (typeof options === "string") throw new Error(options);
  return options;
}

it.each(["0/3", "4/3", "x", "1", "1/65", "1.5/3", "-1/3", "1/3/3", ""])(
  "refuses --shard %s",
  (shard) => {
    expect(() => parse([...BROKER, `--shard=${shard}`])).toThrow(
      `--shard: expected I/N, such as 1/3, with N up to 64 and I from 1 to N, got "${shard}"`,
    );
  },
);

it.each([
  [["--shard", "1/3", "--no-decide", ...BROKER], "--shard: cannot be combined with --no-decide"],
  [
    ["--broker", "mqtt://a,http://b"],
    '--broker: expected mqtt://, mqtts://, ws:// or wss:// and HOST[:PORT], got "http://b"',
  ],
  [
    ["--broker", "mqtt://a,"],
    '--broker: expected mqtt://, mqtts://, ws:// or wss:// and HOST[:PORT], got ""',
  ],
  [
    ["--broker", "mqtt://a,mqtts://b"],
    '--broker: expected nodes with the same scheme and path, got "mqtt://a:1883,mqtts://b:8883"',
  ],
])("refuses %j", (args, line) => {
  expect(() => parse(args)).toThrow(line);
});

it("takes a shard and several nodes", () => {
  expect(parse([...BROKER, "--shard", "2/3"]).shard).toEqual({ index: 2, count: 3 });
  const { brokerUrl, otherBrokerUrls } = parse([
    "--broker",
    "mqtt://a,mqtt://b:1884",
    "--no-device",
  ]);
  expect({ brokerUrl, otherBrokerUrls }).toEqual({
    brokerUrl: "mqtt://a:1883",
    otherBrokerUrls: ["mqtt://b:1884"],
  });
});
