/**
 * Recurses deeper than the virtual machine allows. The program can't catch this failure as an
 * exception.
 */
function depth(n: number): number {
  return n === 0 ? 0 : 1 + depth(n - 1);
}
try {
  console.log("80 deep: " + depth(80));
  console.log("200 deep: " + depth(200));
} catch (error) {
  console.log("caught " + (error as Error).message);
}
