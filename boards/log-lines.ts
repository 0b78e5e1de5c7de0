/**
 * Parts of log lines, and words of the screen, that other code matches: the tools that flash and
 * deploy, the Wio Terminal's screen, and tests. `test/boards/log-lines.test.ts` checks that the
 * firmware and the C code still contain them.
 */

/** Log lines of the nightlight's program (`src/`). Boards print `> ` before each of its lines. */
export const PROGRAM_LINES = {
  connecting: "Connecting to ",
  connected: "Connected",
  sending: "Sending telemetry ",
  acknowledged: "Reading acknowledged",
  unacknowledged: "Reading sent at QoS 0",
  received: "Message received: ",
  outbox: "Outbox: ",
  alone: "No server: ",
  serverAgain: "The server decides again",
  lightRange: "Light range: ",
  calibration: "Calibration: ",
  calibrationOver: "Calibration over",
  mqtt: "mqtt: ",
  nextTry: "next try in ",
} as const;

/** Log lines for a host that keeps a copy of the outbox: a reading was stored, or was delivered. */
export const OUTBOX_LINES = { keeps: "Outbox keeps ", frees: "Outbox frees " } as const;

/**
 * Whether a line of a board's log shows a connection. Several lines qualify, because a busy serial
 * line loses some.
 */
export function showsConnection(line: string): boolean {
  const { connected, sending, received } = PROGRAM_LINES;
  return (
    line === `> ${connected}` || [sending, received].some((start) => line.startsWith(`> ${start}`))
  );
}

/**
 * Log lines of the Wio Terminal's runtime, other than those of the program and the virtual machine.
 */
export const RUNTIME_LINES = {
  banner: "Nightlight on the Wio Terminal",
  resetCause: "reset cause: ",
  powerOn: "power on",
  softwareReset: "software",
  watchdog: "watchdog",
  panic: "panic: ",
  previousRun: "previous run ended: ",
  fault: "fault",
  faultStatus: "  cfsr ",
  integerOverflow: "integer overflow",
  mainStackOverflow: "main stack overflow",
  vmStackOverflow: "virtual machine stack overflow",
  programPanic: "program panic ",
  noProgram: "no program in flash",
  formatting: "formatting",
  deployCutOff: "deploy interrupted",
  trialConfirmed: "trial: confirmed",
  takingBack: "trial: taking the program back, ",
  signatureChecked: "program: signature checked in ",
  programRefused: "trial: program refused, ",
  linesLost: " lines lost",
  bytesLost: " bytes lost",

  wifi: "wifi: ",
  wifiUp: "wifi: connected, ",
  networkLost: "network lost",
  noNetworkName: "no network name set",
  wifiOff: "wifi: off",
  retrying: ", retrying in ",
  joinFailed: "join failed",
  noDhcpAddress: "no address from DHCP",
  callUnanswered: "coprocessor call timed out",
  coprocessorSilent: "coprocessor not responding",
  coprocessorFirmware: "wifi: coprocessor firmware ",
  firmwareTooOld: " is too old, needs ",
  nothingReachable: "no host reachable",
  noSockets: "coprocessor has no free socket",
  hostSilent: "no answer from host",

  socket: "socket: ",
  connectionRefused: "connection refused",
  connectionTimedOut: "connection timed out",
  hostUnreachable: "host not reachable",
  connectionLost: "connection lost",
  wifiLost: "Wi-Fi lost",
  hostNotFound: "host not found",
  noNetwork: "no Wi-Fi network configured",
  noTls: "TLS is not supported on this board",
  noReply: "no reply from the coprocessor",

  mainStack: "main_stack=",
  vmStack: "vm_stack=",
  vmHeap: "vm_heap=",
  longestNetwork: "longest_network_us=",
} as const;

/** Words on the Wio Terminal's screen. */
export const SCREEN_WORDS = {
  byServer: "by server",
  byDevice: "by device",
  byHand: "by hand",
  waiting: " waiting",
  on: "ON",
  off: "OFF",
  network: "Network",
  about: "About",
  offlineRule: "alone: on ",
  inTrial: "in trial",
  wifi: "Wi-Fi: ",
  broker: "Broker ",
  noAnswerFor: "no answer for ",
} as const;
