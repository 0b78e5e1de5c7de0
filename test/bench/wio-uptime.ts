/** `npm run wio:uptime -- --hours 24`: the image on the emulated chip, for that time of its own. */
import { command, readFlags } from "../../boards/tools/command";
import { onEndRequest } from "../../server/base/ending";
import { UserError } from "../../server/base/user-error";
import { uptime } from "../boards/wio-terminal/emulator/uptime";

const HOUR_S = 3600;
const PERIOD_S = 900;
const HOURS_MAX = 1000;

function readHours(): number {
  const { hours: text = "24" } = readFlags({ hours: { type: "string" } });
  const hours = Number(text);
  if (hours >= 0.5 && hours <= HOURS_MAX) return hours;
  throw new UserError(`--hours: expected a number from 0.5 to ${HOURS_MAX}, got "${text}"`);
}

async function main(): Promise<void> {
  const hours = readHours();
  let stopped = false;
  onEndRequest(() => (stopped = true));
  const begun = performance.now();
  console.log("hours  heap reached  program  stack  readings  lost  LED  resets  sockets  speed");
  for await (const period of uptime(hours * HOUR_S, PERIOD_S, () => stopped)) {
    const { chipSeconds, programBytes, memory, readings, lost, ledChanges } = period;
    const speed = (chipSeconds * 1000) / (performance.now() - begun);
    console.log(
      (chipSeconds / HOUR_S).toFixed(2).padStart(5),
      String(memory.heapBytes).padStart(13),
      String(programBytes).padStart(8),
      String(memory.stackBytes).padStart(6),
      String(readings).padStart(9),
      String(lost).padStart(5),
      String(ledChanges).padStart(4),
      String(period.resets).padStart(7),
      String(period.sockets).padStart(8),
      `${speed.toFixed(1)}x`.padStart(6),
    );
  }
}

await command(main);
