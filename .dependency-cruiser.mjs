/**
 * For each room (a folder of source code), the rooms that it may import from. `npm run lint` checks
 * these rules; docs/architecture.md has a picture of them. A room may always import from itself.
 */
export const PLAN = {
  "src/common": [],
  "src/mqtt": [],
  "src/mqtt/node": ["src/mqtt"],
  src: ["src/common", "src/mqtt"],
  "src/parts": ["src", "src/common", "src/mqtt"],

  "server/base": [],
  "server/setup": ["server/base", "src/common", "src"],
  "server/broker": ["server/setup", "server/base", "src/common", "src/mqtt"],
  "server/history": ["server/base", "src/common"],
  "server/simulator": ["server/base", "src/common"],
  "server/compiler": ["server/simulator", "server/base"],
  "server/cluster": ["server/setup", "server/base", "src/common"],
  "server/deciding": ["server/cluster", "server/setup", "server/base", "src/common"],
  "server/updates": ["server/deciding", "server/setup", "server/base", "src/common"],
  "server/home-assistant": ["server/deciding", "server/base", "src/common"],
  "server/http": [
    ...["server/updates", "server/deciding", "server/history", "server/broker", "server/setup"],
    ...["server/base", "src/common"],
  ],
  "server/page": ["boards/line", "server/base", "src/common"],
  "server/tab": ["server/page", "server/base", "boards/line", "src/common"],

  boards: [],
  "boards/line": ["boards", "src/common"],
  "boards/tools": [
    ...["boards", "boards/line"],
    "server/simulator",
    "server/setup",
    "server/base",
    "src/common",
    "src",
  ],
  "boards/raspberry-pi": [
    ...["boards", "boards/tools", "server/simulator", "server/setup", "server/base"],
    "src/common",
  ],
  "boards/wio-terminal/build": ["boards/tools", "server/setup", "server/base", "src/common"],
  "boards/wio-terminal/emulator": [
    ...["boards/wio-terminal/build", "boards/tools", "server/base", "src/common"],
  ],
  "boards/wio-terminal/tools": [
    ...["boards/wio-terminal/emulator", "boards/wio-terminal/build", "boards/tools"],
    ...["boards/line", "server/setup", "server/base", "src/common"],
  ],
};

/**
 * The face of a room: the only files that other rooms may import. A room without a face is a
 * collection of tools, and each of its files may be imported. Tests import what they test.
 */
export const FACES = {
  "server/broker": ["index"],
  "server/history": ["index"],
  // A list, so that the server loads the virtual machine only when a device starts.
  "server/simulator": [
    ...["cli-bundle", "debug-session", "device", "jacdac", "sockets", "tab-files", "vscode-parts"],
  ],
  "server/compiler": ["edited-programs"],
  "server/cluster": ["index"],
  "server/deciding": ["index"],
  "server/updates": ["index"],
  "server/home-assistant": ["announcer"],
  "server/http": ["index"],
  "server/page": ["dom"],
  "boards/wio-terminal/emulator": ["index"],
};

const ROOMS = Object.keys(PLAN);

/** Returns a pattern that matches the files of `room`, except those in rooms nested inside it. */
function filesOf(room) {
  const inner = ROOMS.filter((other) => other.startsWith(`${room}/`));
  const others = inner.map((other) => `(?!${other}/)`).join("");
  return `^${others}${room}/`;
}

export default {
  forbidden: [
    ...ROOMS.map((room) => ({
      name: `room:${room}`,
      comment: `${room} may import from ${PLAN[room].join(", ") || "no other room"}`,
      severity: "error",
      from: { path: filesOf(room) },
      to: {
        path: "^(src|server|boards|test)/",
        pathNot: [room, ...PLAN[room]].map(filesOf),
      },
    })),
    {
      name: "no-room",
      comment: "each file belongs to a room of the plan",
      severity: "error",
      from: {
        path: "^(src|server|boards)/",
        pathNot: [
          ...ROOMS.map(filesOf),
          "^server/((debug|firmware|main|run|simulate)\\.ts|start\\.js)$",
        ],
      },
      to: {},
    },
    {
      name: "no-test",
      comment: "the product imports nothing from its tests",
      severity: "error",
      from: { path: "^(src|server|boards)/" },
      to: { path: "^test/" },
    },
    ...Object.entries(FACES).map(([room, files]) => ({
      name: `face:${room}`,
      comment: `other rooms import only ${files.map((file) => `${file}.ts`).join(", ")} of ${room}`,
      severity: "error",
      from: { path: "^(src|server|boards)/", pathNot: filesOf(room) },
      to: { path: filesOf(room), pathNot: `^${room}/(${files.join("|")})\\.ts$` },
    })),
    {
      name: "no-circle",
      comment: "imports form no cycle, not even between files",
      severity: "error",
      from: {},
      to: { circular: true },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    exclude: { path: "\\.gen(\\.ts)?$" }, // generated for one build, from that build's parts
  },
};
