/** The client's platform in DeviceScript: its only socket, its fibers, its clock. */
import { Fiber, millis, sleep, suspend } from "@devicescript/core";
import { connect, Socket } from "@devicescript/net";
import type { Platform, Waitable } from "./platform";
import { randomU16 } from "./random";

type Connect = Platform["connect"];

export const DEVICE: Platform = {
  // Cast, because `Socket` declares its list of buffers as private. connect() returns nothing if
  // the broker hangs up at once.
  connect: connect as unknown as Connect,
  read,
  now: millis,
  sleep: sleep,
  start: (task, a, b, c, d) => {
    task.run.start(a, b, c, d);
  },
  wait,
  wake,
  random: randomU16,
};

async function read(
  transport: unknown,
  timeoutMs: number,
  target: Waitable,
): Promise<Buffer | null | undefined> {
  target.waiter = Fiber.self();
  return await (transport as Socket).recv(timeoutMs);
}

async function wait(target: Waitable, timeoutMs: number): Promise<void> {
  target.waiter = Fiber.self();
  await suspend(timeoutMs);
  target.waiter = undefined;
}

function wake(target: Waitable): void {
  const fiber = target.waiter as Fiber;
  try {
    // recv() treats undefined as a timeout.
    if (fiber && fiber.suspended) fiber.resume(undefined);
  } catch {
    // The application has terminated the fiber.
  }
}
