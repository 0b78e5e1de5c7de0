/** CONNACK's return codes [MQTT 3.2.2.3]. */

const SERVER_UNAVAILABLE = 3;

/**
 * Whether a later attempt may succeed without a change of the client's or the broker's settings.
 */
export function isTemporary(code: number): boolean {
  return code === SERVER_UNAVAILABLE;
}

/**
 * Returns the reason for a refused connection, as text.
 * @param code a return code other than 0
 */
export function refusal(code: number): string {
  const reasons = [
    "unacceptable protocol version",
    "identifier rejected",
    "server unavailable",
    "bad user name or password",
    "not authorized",
  ];
  return `refused: ${reasons[code - 1] ?? code}`;
}
