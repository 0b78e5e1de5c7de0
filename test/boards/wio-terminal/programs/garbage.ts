/**
 * The cases for a virtual machine that collects garbage at each allocation. Such a machine is slow,
 * so there are few cases.
 */
import { exceptions } from "./flow";
import { garbage } from "./memory";
import { arrays, classes, closures } from "./structures";
import { json } from "./text";

console.log("case structures");
arrays();
classes();
closures();
console.log("case garbage");
await garbage(20);
console.log("case json");
json();
exceptions();
console.log("case end");
