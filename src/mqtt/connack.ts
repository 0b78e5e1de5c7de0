/** CONNACK's return codes [MQTT 3.2.2.3]. */

const SERVER_UNAVAILABLE = 3;

/** Whether a refusal may end without a change of the client's settings or the broker's. */
export function isTemporary(code: number): boolean {
  return code === SERVER_UNAVAILABLE;
}

/** @param code a return code other than 0 */
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
