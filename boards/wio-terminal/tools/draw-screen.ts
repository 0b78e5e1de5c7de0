/** `npm run draw:screen`: makes the README's picture of the screen by running the screen's C. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { command, readFlags } from "../../tools/command";
import { WIO_FOLDER } from "../build/paths";
import { encodePng } from "../build/png";
import { buildScreen, render } from "./screen-host";

const USAGE = `Usage: npm run draw:screen

Draws the picture of the screen in the README with the screen's C. Takes no options.
`;

const FROM_LIGHT = 640;
const TO_LIGHT = 180;
const SECONDS = 150;

/** Light readings at dusk: it gets dark over two minutes while clouds pass. */
const evening = Array.from({ length: SECONDS }, (_, second) => {
  const dusk = 1 / (1 + Math.exp((second - SECONDS / 2) / 12));
  const clouds = 18 * Math.sin(second / 5) + 9 * Math.sin(second / 1.7);
  const light = Math.round(TO_LIGHT + (FROM_LIGHT - TO_LIGHT) * dusk + clouds);
  return [`set light ${light}`, "run 1000"];
}).flat();

const script = [
  ...["set id kitchen", "set wifi 2", "set broker 2", "set decided by server"],
  ...["set outbox 0 waiting", ...evening, "set led 1", "run 1000", "look dusk"],
];

await command(async () => {
  readFlags(USAGE, {});
  const dusk = render(await buildScreen(), script).get("dusk");
  if (!dusk) throw new Error("the screen's program ended early");
  const file = join(WIO_FOLDER, "screen.png");
  writeFileSync(file, encodePng(dusk.picture));
  console.log(file);
});
