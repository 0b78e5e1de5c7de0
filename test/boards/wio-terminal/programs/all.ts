/**
 * Tests the language, case by case. The board's output is compared with that of the CLI's virtual
 * machine.
 */
import { delay } from "@devicescript/core";
import { asynchronous, exceptions, recursion, timers } from "./flow";
import { garbage } from "./memory";
import {
  bits,
  comparisons,
  divisionByZero,
  doubleChain,
  integerChain,
  mathFunctions,
  numbers,
} from "./numbers";
import { arrays, buffers, classes, closures, controlFlow, objects } from "./structures";
import { conversions, json, numberTexts, parsing, strings } from "./text";

/**
 * A program that never waits is stopped after a number of steps, so there is a wait between cases.
 */
async function start(name: string): Promise<void> {
  await delay(1);
  console.log("case " + name);
}

await start("numbers");
numbers();
await start("bits");
bits();
await start("divisionByZero");
divisionByZero();
await start("comparisons");
comparisons();
await start("mathFunctions");
mathFunctions();
await start("integerChain");
integerChain();
await start("doubleChain");
doubleChain();
await start("strings");
strings();
await start("numberTexts");
numberTexts();
await start("parsing");
parsing();
await start("json");
json();
await start("conversions");
conversions();
await start("arrays");
arrays();
await start("objects");
objects();
await start("classes");
classes();
await start("closures");
closures();
await start("controlFlow");
controlFlow();
await start("buffers");
buffers();
await start("exceptions");
exceptions();
await start("recursion");
recursion();
await start("asynchronous");
await asynchronous();
await start("timers");
await timers();
await start("garbage");
await garbage(300);
console.log("case end");
