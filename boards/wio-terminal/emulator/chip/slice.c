/*
 * Stops Unicorn 2.0.1 after a number of instructions. Unicorn's own count may stop within a
 * translated block, and then loses processor flags that the block keeps in registers. This code
 * stops between blocks. The declarations are copied from unicorn.h, which needs libunicorn-dev, so
 * that the library alone is enough to link.
 */
#include <stddef.h>
#include <stdint.h>

typedef struct uc_struct uc_engine;
int uc_hook_add(uc_engine *engine, size_t *hook, int type, void *callback, void *user,
                uint64_t begin, uint64_t end, ...);
int uc_emu_stop(uc_engine *engine);

enum { HOOK_BLOCK = 1 << 3 };

/*
 * Shared with the caller, which may change the limit during a run. Both fields count halfwords of
 * code: most instructions have one halfword, and those with two take longer.
 */
typedef struct {
  uint32_t executed;
  uint32_t limit;
} slice;

static void block_begins(uc_engine *engine, uint64_t address, uint32_t size, void *user) {
  (void)address;
  slice *const slice = user;
  if (slice->executed >= slice->limit) {
    uc_emu_stop(engine);
  } else {
    slice->executed += size / 2;
  }
}

int slice_watch(uc_engine *engine, void *slice);

/* Adds the hook for all addresses, which Unicorn expects as an empty range. Returns a uc_err. */
int slice_watch(uc_engine *engine, void *slice) {
  size_t hook;
  return uc_hook_add(engine, &hook, HOOK_BLOCK, (void *)block_begins, slice, 1, 0);
}
