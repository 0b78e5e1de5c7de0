import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Network } from "../../server/tab/network";

/** A browser's WebSocket whose server never answers. */
class SilentWebSocket {
  static readonly OPEN = 1;
  readonly readyState = 0;
  close = vi.fn();
}

interface Socket {
  on(event: string, listener: (argument?: unknown) => void): void;
  end(): void;
}

describe("the network of a device in a tab", () => {
  const links: boolean[] = [];
  let network: Network;

  beforeEach(() => {
    vi.useFakeTimers();
    vi.stubGlobal("WebSocket", SilentWebSocket);
    links.length = 0;
    network = new Network({
      url: "ws://127.0.0.1/mqtt",
      onLink: (isOpen) => links.push(isOpen),
      onBytes: () => undefined,
      onDelivered: () => undefined,
    });
  });
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.useRealTimers();
  });

  /** Opens a socket. @returns the socket, and its events in their order */
  function open(): { socket: Socket; events: string[] } {
    const net = network.require("net") as { createConnection(): Socket };
    const socket = net.createConnection();
    const events: string[] = [];
    for (const event of ["connect", "error", "close"]) socket.on(event, () => events.push(event));
    return { socket, events };
  }

  it.each([
    ["plugged in", true, ["close"]],
    ["unplugged", false, ["error", "close"]],
  ])("ends a socket only after the call that closes it, if %s", (_state, isPlugged, expected) => {
    if (!isPlugged) network.plugged = false;
    const { socket, events } = open();
    socket.end();
    // The virtual machine closes a socket in the middle of a step, and aborts if it is called then.
    expect(events).toEqual([]);
    vi.runAllTimers();
    expect(events).toEqual(expected);
    expect(links).toEqual([false]);
  });

  it("fails an open socket when the cable is pulled", () => {
    const { events } = open();
    network.plugged = false;
    expect(events).toEqual(["error", "close"]);
  });
});
