import { existsSync, readFileSync } from "node:fs";
import { type BoardName, BOARDS, isBoardName } from "../../boards";

/**
 * The firmware's sensor and lamp, as a source file.
 * @param name undefined for the simulator
 */
export function boardSource(name: BoardName | undefined): string {
  if (name === undefined)
    return `// Made for the simulator: whatever sensor and lamp there are. For a board, see docs/boards.md.
import { LightBulb, LightLevel } from "@devicescript/core";

export const sensor = new LightLevel();
export const lamp = new LightBulb();
`;
  const { module, sensor, led } = BOARDS[name];
  return `// Made by \`npm run build -- --board ${name}\`.
import { pins } from "@dsboard/${module}";
import { startLightBulb, startLightLevel } from "@devicescript/servers";

export const sensor = startLightLevel({ pin: pins.${sensor.pin} });
export const lamp = startLightBulb({ pin: pins.${led.pin} });
`;
}

/** The board that such a file was made for, or undefined for the simulator. */
export function boardOfSource(path: string): BoardName | undefined {
  if (!existsSync(path)) return undefined;
  const name = /--board (\S+)`/.exec(readFileSync(path, "utf8"))?.[1] ?? "";
  return isBoardName(name) ? name : undefined;
}
