import { parseJsonObject } from "../../src/common/wire";

const EXPIRY = "expires_at";

/** MQTT 3.1.1 has no message expiry, so ours goes by what an ordered command says of itself. */
export function isExpired(payload: Buffer | string): boolean {
  if (!payload.includes(EXPIRY)) return false;
  const { value } = parseJsonObject(payload.toString());
  const expiresAt = value?.[EXPIRY];
  return typeof expiresAt === "number" && expiresAt <= Date.now();
}
