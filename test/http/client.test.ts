import { BlockList } from "node:net";
import { describe, expect, it } from "vitest";
import { clientOf } from "../../server/http/client";
import { refuseCrossSite } from "../../server/http/http-request";

const trusted = new BlockList();
trusted.addAddress("127.0.0.1");
trusted.addSubnet("10.0.0.0", 8);

const seen = (remoteAddress: string, headers: Record<string, string>) =>
  clientOf(
    { headers: { host: "inside:8080", ...headers }, socket: { remoteAddress } },
    false,
    trusted,
  );
const forwardedFor = (list: string, peer = "127.0.0.1") =>
  seen(peer, { "x-forwarded-for": list }).address;

describe("the client's address", () => {
  it("is the one that a trusted proxy states", () => {
    const headers = {
      "x-forwarded-for": "192.0.2.7",
      "x-forwarded-proto": "https",
      "x-forwarded-host": "nightlight.example",
    };
    const client = { address: "192.0.2.7", scheme: "https", host: "nightlight.example" };
    expect(seen("127.0.0.1", headers)).toEqual(client);
    expect(seen("::ffff:10.1.2.3", headers)).toEqual(client);
    const stranger = { address: "192.0.2.1", scheme: "http", host: "inside:8080" };
    expect(seen("192.0.2.1", headers)).toEqual(stranger);
    expect(seen("127.0.0.1", { "x-forwarded-proto": "gopher" }).scheme).toBe("http");
  });

  it.each([
    ["entries written by the client do not count", "203.0.113.9, 192.0.2.7", "192.0.2.7"],
    ["through two proxies of ours", "192.0.2.7, 10.0.0.5", "192.0.2.7"],
    ["a proxy of ours that asks for itself", "10.0.0.5", "10.0.0.5"],
    ["with a port", "192.0.2.7:4711", "192.0.2.7"],
    ["by IPv6, with a port", "[2001:db8::1]:4711", "2001:db8::1"],
    ["by IPv4 in IPv6", "::ffff:192.0.2.7", "192.0.2.7"],
    ["nonsense before a proxy of ours", "unknown, 10.0.0.5", "10.0.0.5"],
    ["nonsense alone", "unknown", "127.0.0.1"],
    ["nothing", "", "127.0.0.1"],
  ])("is found in X-Forwarded-For: %s", (_, list, address) => {
    expect(forwardedFor(list)).toBe(address);
  });
});

describe("another site", () => {
  const ask =
    (headers: Record<string, string>, host: string, anyHost = false) =>
    () =>
      refuseCrossSite(headers, { address: "", scheme: "http", host }, anyHost);

  it("is recognised by its origin", () => {
    expect(ask({ origin: "https://evil.example" }, "localhost:8080")).toThrow("Origin: expected");
    expect(ask({ origin: "http://localhost:8080" }, "localhost:8080")).not.toThrow();
  });

  it("does not include a hosted editor that rewrites Host, which the browser knows", () => {
    const headers = { origin: "https://abc-8080.editor.example", "sec-fetch-site": "same-origin" };
    expect(ask(headers, "localhost:8080")).not.toThrow();
    const other = { ...headers, "sec-fetch-site": "cross-site" };
    expect(ask(other, "localhost:8080")).toThrow("Origin: expected");
  });

  it("includes a name that was re-pointed at this machine, whatever else it claims", () => {
    const headers = { origin: "http://evil.example", "sec-fetch-site": "same-origin" };
    expect(ask(headers, "evil.example")).toThrow("Host: expected localhost, got evil.example");
  });
});
