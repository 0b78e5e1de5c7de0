/*
 * The virtual machine allocates with its own malloc, except for one block: the 64 KB for a
 * program's objects. The virtual machine frees this block when a program stops, and allocates it
 * again for the next program. Smaller blocks, such as the network's, could lie in it by then, and
 * no other free place is as large. So this block stays reserved after the first program.
 */
#include <string.h>

#include "panic.h"
#include "vm_imports.h"
#include "vm_memory.h"
#include "vm_start.h"

/*
 * The size that distinguishes this block. All other blocks are smaller: the next largest is a
 * program's list of functions, a few KB.
 */
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
