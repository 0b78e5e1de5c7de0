import { expect, it } from "vitest";
import { loadConfig } from "../../server/setup/config";
import { type Options, parseOptions } from "../../server/setup/options";

const BROKER = ["--broker", "mqtt://a", "--no-device"];
const GROUP = { id: "hall", members: ["s"], lights: ["l"], decide: "any", validMs: 1 } as const;

function parse(args: string[], groups = false): Options {
  const config = {
    ...loadConfig(),
    groups: groups ? [{ ...GROUP, members: ["s"], lights: ["l"] }] : [],
  };
  const options = parseOptions(args, config, {});
  if (typeof options === "string") throw new Error(options);
  return options;
}

it.each(["0/3", "4/3", "x", "1", "1/65", "1.5/3", "-1/3", "1/3/3", ""])(
  "refuses --shard %s",
  (shard) => {
    expect(() => parse([...BROKER, `--shard=${shard}`])).toThrow(
      `--shard: found "${shard}", allowed is I/N, as 1/3, with N up to 64 and I from 1 to N`,
    );
  },
);

it.each([
  [["--shard", "1/3", "--share", "x", ...BROKER], "--shard: not together with --share"],
  [["--shard", "1/3", "--no-decide", ...BROKER], "--shard: not together with --no-decide"],
  [["--share", "x", "--no-decide", ...BROKER], "--share: not together with --no-decide"],
  [["--share", "a/b", ...BROKER], "--share: expected 1 to 64 characters"],
  [["--share", "x"], "--share: the embedded broker has no shared subscriptions"],
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

it("refuses --share where groups decide", () => {
  expect(() => parse(["--share", "x", ...BROKER], true)).toThrow(
    "--share: no server would hear all sensors of group hall; use --shard",
  );
});

it("takes a shard, a share and several nodes", () => {
  expect(parse([...BROKER, "--shard", "2/3"]).membership).toEqual({
    shard: { index: 2, count: 3 },
  });
  expect(parse([...BROKER, "--share", "x"]).membership).toEqual({ share: "x" });
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
