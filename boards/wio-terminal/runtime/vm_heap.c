/*
 * The machine's allocator, which is its own malloc, but for one block: the 64 KB that a program's
 * objects live in. The machine gives it back when a program stops and asks for it again for the
 * next one; by then smaller blocks, of the network for one, have settled in it, and there is no
 * second place as large in the whole memory. So it stays reserved from the first program on.
 */
#include <string.h>

#include "panic.h"
#include "vm_imports.h"
#include "vm_memory.h"
#include "vm_start.h"

/* Nothing else is nearly as large: the next is the program's list of functions, some KB. */
enum { LARGE = 32 * 1024 };

static struct {
  uint32_t block, size;
  int is_free;
} reserved;

uint32_t w2c_jd_alloc(uint32_t size) {
  uint32_t block;
  if (reserved.is_free && reserved.size == size) {
    block = reserved.block;
    reserved.is_free = 0;
  } else {
    block = vm_malloc(size);
    if (!block) panic("the virtual machine is out of memory");
    if (size >= LARGE && !reserved.block) {
      reserved.block = block;
      reserved.size = size;
    }
  }
  memset(vm_at(block), 0, size);
  return block;
}

void w2c_jd_free(uint32_t block) {
  if (block && block == reserved.block) reserved.is_free = 1;
  else vm_free(block);
}
