import { describe, expect, it } from "vitest";
import { joinUrls, ownAddresses, pageUrl, updateHost } from "../../server/http/addresses";
import { loadConfig } from "../../server/setup/config";
import { parseOptions } from "../../server/setup/options";

function parse(...args: string[]) {
  const options = parseOptions(args, loadConfig(), {});
  if (typeof options === "string") throw new Error(options);
  return options;
}

it("the addresses of this machine are those at which it listens", () => {
  expect(ownAddresses("192.0.2.7")).toEqual(["192.0.2.7"]);
  expect(ownAddresses("2001:db8::7")).toEqual(["[2001:db8::7]"]);
  expect(ownAddresses("0.0.0.0").length).toBeGreaterThan(0);
});

it("a class joins at the address on the network, below the proxy's path", () => {
  const options = parse("--classroom", "--listen", "192.0.2.7", "--base-path", "/light/");
  expect(joinUrls("abcd2345", options, 8080)).toEqual([
    "http://192.0.2.7:8080/light/join/abcd2345",
  ]);
});

describe("the page's address for this machine", () => {
  const page = async (isTaken: boolean, ...args: string[]) => {
    const lines: string[] = [];
    const log = (_source: string, text: string) => lines.push(text);
    const url = await pageUrl(parse(...args), 8080, () => Promise.resolve(isTaken), log);
    return [url, ...lines];
  };

  it.each([
    [[], "http://localhost:8080"],
    [["--listen", "0.0.0.0"], "http://localhost:8080"],
    [["--listen", "192.0.2.7"], "http://192.0.2.7:8080"],
    [["--listen", "2001:db8::7"], "http://[2001:db8::7]:8080"],
  ])("with %j is %s", async (args, url) => {
    expect(await page(false, ...args)).toEqual([url]);
  });

  it("has no name, with a warning, if another program listens on [::1]", async () => {
    expect(await page(true)).toEqual([
      "http://127.0.0.1:8080",
      "Warning: another program listens on [::1]:8080, so localhost may lead there",
    ]);
  });

  it.each(["::", "192.0.2.7"])("is not looked for on [::1] with --listen %s", async (listen) => {
    expect(await page(true, "--listen", listen)).toHaveLength(1);
  });
});

describe("the host from which devices fetch a program", () => {
  const elsewhere = { embedded: undefined, url: "mqtt://broker.example:1883" };

  it("is that of their broker, if the broker runs on this machine", () => {
    for (const url of ["mqtt://localhost", "mqtt://127.0.0.1:1884", "mqtts://[::1]"])
      expect(updateHost(parse(), { embedded: undefined, url })).toBe("*");
  });

  it("is this machine's address on the network, if the broker runs elsewhere", () => {
    expect(updateHost(parse("--listen", "192.0.2.7"), elsewhere)).toBe("192.0.2.7");
    expect(updateHost(parse(), elsewhere)).toBe("127.0.0.1");
  });

  it("is the one that a person has set, in any case", () => {
    expect(updateHost(parse("--update-host", "light.example"), elsewhere)).toBe("light.example");
  });
});
