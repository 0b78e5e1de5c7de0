/** What WebAssembly traps on: the CLI's machine dies of it, the board panics and starts again. */
const minInt = parseInt("-2147483648");
console.log("before the trap");
console.log("after it: " + Math.idiv(minInt, -1));
