/** Formats an address for a message. */
export function hexAddress(value: number): string {
  return `0x${(value >>> 0).toString(16).padStart(8, "0")}`;
}
