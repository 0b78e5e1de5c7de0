import { renderUnicodeCompact } from "uqr";

/** Returns a URL as a QR code made of terminal characters, for a projector. */
export function qrCode(url: string): string {
  return renderUnicodeCompact(url, { border: 2 });
}
