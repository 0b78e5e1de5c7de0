/** Allocates more than the heap holds. The program can't catch this failure as an exception. */
const kept: Buffer[] = [];
try {
  for (let i = 0; i < 200; i++) {
    kept.push(Buffer.alloc(1000));
    console.log("buffers: " + kept.length);
  }
} catch (error) {
  console.log("caught " + (error as Error).message);
}
