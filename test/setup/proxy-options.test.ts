import { describe, expect, it } from "vitest";
import { parseProxy } from "../../server/setup/proxy-options";

describe("the proxy options", () => {
  it("trust no proxy by default", () => {
    expect(parseProxy({})).toEqual({ basePath: "/" });
  });

  it.each([
    ["127.0.0.1", "127.0.0.1", "127.0.0.2"],
    ["10.0.0.0/8", "10.200.3.4", "11.0.0.1"],
    ["::1", "::1", "::2"],
    ["2001:db8::/32", "2001:db8:1::5", "2001:db9::5"],
  ])("trust %s: %s, and not %s", (network, inside, outside) => {
    const { trusted } = parseProxy({ "trust-proxy": [network] });
    const check = (address: string) =>
      trusted?.check(address, address.includes(":") ? "ipv6" : "ipv4");
    expect([check(inside), check(outside)]).toEqual([true, false]);
  });

  it.each(["", "localhost", "10.0.0.0/33", "10.0.0.0/0", "10.0.0.0/", "10.0.0.0/8/8", "::1/129"])(
    "refuse %j as a proxy",
    (text) => {
      const words = `--trust-proxy: expected an address or a network, such as 127.0.0.1 or 10.0.0.0/8, got "${text}"`;
      expect(() => parseProxy({ "trust-proxy": [text] })).toThrow(words);
    },
  );

  it.each(["/", "/nightlight/", "/a/b-c.d/"])("accept the path %s", (basePath) => {
    expect(parseProxy({ "base-path": basePath }).basePath).toBe(basePath);
  });

  it.each(["", "nightlight", "/nightlight", "//", "/a b/", "/../", "/a/./", "/%2e/", "https://x/"])(
    "refuse the path %j",
    (text) => {
      const words = `--base-path: expected a path between slashes, such as /nightlight/, got "${text}"`;
      expect(() => parseProxy({ "base-path": text })).toThrow(words);
    },
  );
});
