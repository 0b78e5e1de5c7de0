/*
 * The machine's allocator is its own malloc, except for one block: the 64 KB in which a program's
 * objects live. The machine frees it when a program stops, and asks for it again for the next
 * program. By then smaller blocks, of the network for example, lie in it, and no other place in
 * memory is as large. So this block stays reserved after the first program.
 */
#include <string.h>

#include "panic.h"
#include "vm_imports.h"
#include "vm_memory.h"
#include "vm_start.h"

/* No other block is nearly as large: the next is the list of functions of a program, a few KB. */
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
    if (!block) panic("virtual machine out of memory");
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
