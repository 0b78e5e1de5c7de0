/**
 * An operation on which WebAssembly traps. It ends the CLI's virtual machine; the board panics and
 * restarts.
 */
const minInt = parseInt("-2147483648");
console.log("before the trap");
console.log("after it: " + Math.idiv(minInt, -1));
