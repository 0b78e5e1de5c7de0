/** Deeper than the machine allows, which is no exception that a program could catch. */
function depth(n: number): number {
  return n === 0 ? 0 : 1 + depth(n - 1);
}
try {
  console.log("80 deep: " + depth(80));
  console.log("200 deep: " + depth(200));
} catch (error) {
  console.log("caught " + (error as Error).message);
}
