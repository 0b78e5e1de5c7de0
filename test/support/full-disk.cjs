"use strict";
/**
 * Preloaded into a program with NODE_OPTIONS. While the file FULL_DISK exists, the program's writes
 * to files fail as on a full disk. Used if the user may not mount a small disk.
 */
// A preloaded file has to be CommonJS: an ES module is not loaded into threads whose code is a
// string.
const fs = require("node:fs");

const { writeSync } = fs;

fs.writeSync = (fd, data, ...where) => {
  if (ArrayBuffer.isView(data) && fs.existsSync(process.env.FULL_DISK))
    throw Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });
  return writeSync(fd, data, ...where);
};
