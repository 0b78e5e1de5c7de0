import { LIGHT_MAX_RAW } from "../../../../src/common/wire";

/** The messages between the emulator and its page. Screen pictures are sent as binary messages. */

const BUTTON_NAMES = ["a", "b", "c", "up", "left", "right", "down", "press"] as const;
export type ButtonName = (typeof BUTTON_NAMES)[number];

export type FromEmulator =
  | { readonly kind: "console"; readonly lines: readonly string[] }
  | {
      readonly kind: "state";
      readonly led: boolean;
      readonly light: number;
      /** The chip's time since it was switched on. */
      readonly seconds: number;
      /** Why the emulation ended. */
      readonly failure?: string | undefined;
    };

export type FromPage =
  | { readonly kind: "button"; readonly name: ButtonName; readonly pressed: boolean }
  | { readonly kind: "light"; readonly light: number }
  /** A tap of the power switch; two of them enter the bootloader. */
  | { readonly kind: "reset"; readonly taps: 1 | 2 };

/** @returns undefined for a message that the emulator's page does not send */
export function parseFromPage(text: string): FromPage | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null) return undefined;
  const { kind, name, pressed, light, taps } = value as Record<string, unknown>;
  if (kind === "light") return isLight(light) ? { kind, light } : undefined;
  if (kind === "reset") return taps === 1 || taps === 2 ? { kind, taps } : undefined;
  const known = BUTTON_NAMES.find((button) => button === name);
  if (kind !== "button" || !known || typeof pressed !== "boolean") return undefined;
  return { kind, name: known, pressed };
}

function isLight(value: unknown): value is number {
  return typeof value === "number" && value >= 0 && value <= LIGHT_MAX_RAW;
}
