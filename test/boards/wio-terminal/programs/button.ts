/** Logs the events of the buttons, by the names that the board gives them. */
import { Button } from "@devicescript/core";

const a = new Button();
const b = new Button();
const c = new Button();

a.down.subscribe(async () => {
  console.log("button A went down");
});
a.up.subscribe(async () => {
  console.log("button A came up");
});
b.down.subscribe(async () => {
  console.log("button B went down");
});
c.down.subscribe(async () => {
  console.log("button C went down");
});
console.log("buttons are watched");
