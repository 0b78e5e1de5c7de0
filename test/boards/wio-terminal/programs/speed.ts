/**
 * Three kinds of work, timed by the machine's own clock. On the board, that clock shows emulated
 * time.
 */
import { delay, millis } from "@devicescript/core";

async function timed(name: string, rounds: number, work: () => void): Promise<void> {
  await delay(1);
  const from = millis();
  for (let i = 0; i < rounds; i++) {
    work();
    await delay(0);
  }
  console.log("speed " + name + " " + (millis() - from) + " ms");
}

await timed("waiting", 20, () => {});
await timed("integers", 20, () => {
  let x = 1;
  for (let i = 0; i < 5000; i++) x = (x * 5 + i) & 0xffff;
});
await timed("doubles", 20, () => {
  let x = 0.5;
  for (let i = 0; i < 5000; i++) x = 3.9 * x * (1 - x);
});
await timed("objects", 20, () => {
  for (let i = 0; i < 300; i++) JSON.stringify({ light: i, led_on: true });
});
console.log("speed end");
