"use strict";
/**
 * Loaded before a program, by NODE_OPTIONS: while the file FULL_DISK is there, what the program
 * writes to files fails as on a full disk. For those who may not mount a small disk.
 */
// What is preloaded has to be CommonJS: an ES module is not loaded into threads that are a text.
const fs = require("node:fs");

const { writeSync } = fs;

fs.writeSync = (fd, data, ...where) => {
  if (ArrayBuffer.isView(data) && fs.existsSync(process.env.FULL_DISK))
    throw Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });
  return writeSync(fd, data, ...where);
};
