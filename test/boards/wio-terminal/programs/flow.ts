import { delay, emitter, millis, wait } from "@devicescript/core";
import { show } from "./show";

function thrower(depth: number): number {
  if (depth === 0) throw new RangeError("at the bottom");
  return thrower(depth - 1) + 1;
}

export function exceptions(): void {
  try {
    thrower(20);
  } catch (error) {
    console.log((error as Error).name + ": " + (error as Error).message);
    show("is a RangeError", error instanceof RangeError);
    show("is an Error", error instanceof Error);
  } finally {
    console.log("finally");
  }
  function through(): string {
    try {
      return "value";
    } finally {
      console.log("on the way out");
    }
  }
  show("through", through());
  let order = "";
  for (let i = 0; i < 4; i++) {
    try {
      if (i === 1) throw new Error("one");
      if (i === 2) throw new TypeError("two");
      order += i;
    } catch (error) {
      order += "[" + (error as Error).message + "]";
    } finally {
      order += ".";
    }
  }
  show("order", order);
  const attempts: (() => any)[] = [
    () => (undefined as any).field,
    () => (null as any).field,
    () => (undefined as any)(),
    () => (({}) as any).method(),
    () => ("text" as any).nothing(),
    () => Buffer.alloc(4).getAt(3, "u32"),
    () => Buffer.alloc(-1),
    () => {
      throw new Error("custom");
    },
  ];
  for (const attempt of attempts) {
    try {
      show("no exception", attempt());
    } catch (error) {
      console.log("caught " + (error as Error).name + ": " + (error as Error).message);
    }
  }
}

export function recursion(): void {
  function depth(n: number): number {
    return n === 0 ? 0 : 1 + depth(n - 1);
  }
  show("depth 80", depth(80));
  function fibonacci(n: number): number {
    return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2);
  }
  show("fibonacci 15", fibonacci(15));
}

async function later(ms: number, name: string): Promise<string> {
  await delay(ms);
  console.log(name + " is done");
  return name;
}

export async function asynchronous(): Promise<void> {
  show("awaited", await later(5, "first"));
  const names: string[] = [];
  [30, 10, 20].forEach((ms) => {
    setTimeout(async () => {
      names.push("after " + ms);
    }, ms);
  });
  await delay(80);
  show("timers in order", names);
  async function failing(): Promise<void> {
    await delay(1);
    throw new Error("late");
  }
  try {
    await failing();
  } catch (error) {
    console.log("caught " + (error as Error).message);
  }
}

export async function timers(): Promise<void> {
  let ticks = 0;
  const interval = setInterval(async () => {
    ticks++;
  }, 20);
  await delay(110);
  clearInterval(interval);
  // On a busy machine, a tick that was due before `clearInterval` may still be waiting to run.
  await delay(30);
  const seen = ticks;
  await delay(60);
  show("interval ticked, at most 6 times", seen >= 1 && seen <= 6);
  show("and not after", ticks === seen);
  let fired = false;
  const timeout = setTimeout(async () => {
    fired = true;
  }, 20);
  clearTimeout(timeout);
  await delay(40);
  show("cleared", fired);
  const from = millis();
  await delay(50);
  const took = millis() - from;
  show("a delay of 50 ms", took >= 49 && took < 90);
  const events = emitter<number>();
  setTimeout(async () => {
    events.emit(42);
  }, 10);
  show("waited for", await wait(events, 100));
  show("waited in vain", await wait(events, 10));
}
