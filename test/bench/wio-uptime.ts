/**
 * `npm run wio:uptime -- --hours 24`: runs the image on the emulated chip for the given hours of
 * the chip's time. With `--storm SEED`, the coprocessor, serial line, Wi-Fi and broker fail as
 * weather.ts describes.
 */
import { command, readFlags } from "../../boards/tools/command";
import { onShutdownRequest } from "../../server/base/shutdown";
import { UserError } from "../../server/base/user-error";
import { faultsOf, type Period, uptime } from "../boards/wio-terminal/emulator/uptime";

const HOUR_S = 3600;
const PERIOD_S = 900;
const HOURS_MAX = 1000;

const USAGE = `Usage: npm run wio:uptime [-- options]

Runs the Wio Terminal's image on the emulated chip, and reports its memory and readings.

  --hours N         hours of the chip's own time            (24)
  --storm SEED      lets coprocessor, serial line, Wi-Fi and broker fail at times
`;

function readOptions(): { hours: number; stormSeed: number | undefined } {
  const { hours: text = "24", storm } = readFlags(USAGE, {
    hours: { type: "string" },
    storm: { type: "string" },
  });
  const hours = Number(text);
  if (!(hours >= 0.5 && hours <= HOURS_MAX))
    throw new UserError(`--hours: expected a number from 0.5 to ${HOURS_MAX}, got "${text}"`);
  if (storm === undefined) return { hours, stormSeed: undefined };
  const stormSeed = Number(storm);
  if (storm === "" || !Number.isInteger(stormSeed))
    throw new UserError(`--storm: expected a whole number, got "${storm}"`);
  return { hours, stormSeed };
}

async function main(): Promise<void> {
  const { hours, stormSeed } = readOptions();
  let stopped = false;
  onShutdownRequest(() => (stopped = true));
  const begun = performance.now();
  console.log(
    "hours  heap reached  program  stack  readings  lost   dropped  queued  LED  resets  starts  sockets  speed",
  );
  const isStopped = (): boolean => stopped;
  let first: Period | undefined;
  let last: Period | undefined;
  for await (const period of uptime({
    ...{ chipSeconds: hours * HOUR_S, periodSeconds: PERIOD_S, isStopped, stormSeed },
  })) {
    const { chipSeconds, programBytes, memory } = period;
    const speed = (chipSeconds * 1000) / (performance.now() - begun);
    console.log(
      (chipSeconds / HOUR_S).toFixed(2).padStart(5),
      String(memory.heapBytes).padStart(13),
      String(programBytes).padStart(8),
      String(memory.stackBytes).padStart(6),
      String(period.came).padStart(9),
      String(period.lost.length).padStart(5),
      String(period.thinned).padStart(9),
      String(period.waitedMost).padStart(7),
      String(period.ledChanges).padStart(4),
      String(period.resets).padStart(7),
      String(period.starts).padStart(7),
      String(period.sockets).padStart(8),
      `${speed.toFixed(1)}x`.padStart(6),
    );
    first ??= period;
    last = period;
  }
  const faults = first && last ? faultsOf(first, last) : ["the run ended before its second period"];
  for (const fault of faults) console.error(fault);
  if (faults.length > 0) process.exitCode = 1;
}

await command(main);
