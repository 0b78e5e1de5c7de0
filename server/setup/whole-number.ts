import { UserError } from "../base/user-error";

/**
 * Parses the whole number given to an option.
 * @param text the option's value; undefined if the option was not given
 * @throws UserError "expected X, got Y" with the option's name
 */
export function wholeNumber(
  option: string,
  text: string | undefined,
  preset: number,
  [min, max]: readonly [min: number, max: number],
): number {
  if (text === undefined) return preset;
  const value = Number(text);
  if (/^[0-9]+$/.test(text) && value >= min && value <= max) return value;
  throw new UserError(`${option}: expected a whole number from ${min} to ${max}, got "${text}"`);
}

const PORTS = [0, 65_535] as const;

export function portNumber(option: string, text: string | undefined, preset: number): number {
  return wholeNumber(option, text, preset, PORTS);
}
