const inRoom = (room: string, ...names: string[]) => names.map((name) => `${room}/${name}.ts`);

/**
 * Files that claim to be pure: no input or output, no clock, no chance; all comes in as arguments.
 * `npm run test:fast` has to reach 95 % of the lines of each, and `harness.test.ts` reads them for
 * what would break the claim.
 */
export const PURE = [
  ...inRoom("boards/wio-terminal/emulator", "gc-heap"),
  ...inRoom(
    "boards/wio-terminal/emulator/chip",
    "adc",
    "bootloader",
    "bus",
    "clock",
    "dwt",
    "gating",
  ),
  ...inRoom("boards/wio-terminal/emulator/chip", "gclk", "ili9341", "mclk", "nvic", "nvmctrl"),
  ...inRoom("boards/wio-terminal/emulator/chip", "osc32kctrl", "oscctrl", "port", "registers"),
  ...inRoom("boards/wio-terminal/emulator/chip", "sercom-spi", "sercom-usart", "supply"),
  ...inRoom("boards/wio-terminal/emulator/chip", "system-control", "systick", "tc", "trng"),
  ...inRoom("boards/wio-terminal/emulator/chip", "unmodelled", "usb", "wdt"),
  ...inRoom("boards/line", "mistakes", "progress"),
  ...inRoom("boards/raspberry-pi", "ads1115", "chip", "grove-base-hat", "kept-readings"),
  ...inRoom("boards/raspberry-pi", "light-sensor", "mcp3008", "problems", "watch"),
  ...inRoom("boards", "parts"),
  ...inRoom("boards/tools/firmware", "compile-errors"),
  ...inRoom("boards/tools/usb", "board-ids"),
  ...inRoom("server/base", "ring"),
  ...inRoom("server/cluster", "held-readings", "owners", "presence", "sharding"),
  ...inRoom("server/deciding", "health", "learning", "seen-readings"),
  ...inRoom("server/history", "believed-clock", "bytes", "downsample", "merge-rows", "rollup"),
  ...inRoom("server/history", "rollup-codec", "row-codec"),
  ...inRoom("server/home-assistant", "discovery"),
  ...inRoom("server/http", "csv", "telemetry-request"),
  ...inRoom("server/page", "chart-data", "chart-lines", "chart-range", "chart-spans"),
  ...inRoom("server/page", "device-order", "group-words", "history", "live-history"),
  ...inRoom("server/page", "model", "recent-messages", "row-window", "rule-words"),
  ...inRoom("server/page", "update-words", "updates", "words"),
  ...inRoom("server/updates", "fleet", "job", "places"),
  ...inRoom("server/setup", "broker-limits", "cluster-options", "history-options", "pi-parts"),
  ...inRoom("server/tab", "inside", "mqtt-reader", "parts", "receive-window"),
  ...inRoom("server/tab", "scenes", "status-words"),
  ...inRoom("src", "alone", "cadence", "command-gate", "outbox"),
  ...inRoom("src/parts", "by-hand", "dimmed-lamp", "light-curve", "night-colour", "presence"),
  ...inRoom("src/parts", "screen-lines"),
  ...inRoom("src/common", "broker-address", "groups", "rule", "server-rule", "settings"),
  ...inRoom("src/common", "update", "wire"),
  ...inRoom("src/mqtt", "backoff", "bytes", "decoder", "inbox", "keepalive", "list", "packet"),
  ...inRoom("src/mqtt", "session", "subscriptions", "topic"),
];
