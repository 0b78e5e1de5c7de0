#include "vm_memory.h"

#include <string.h>

#include "panic.h"
#include "vm_imports.h"
#include "vm_layout.h"
#include "vm_start.h"

/* The linker assigns all remaining RAM to the virtual machine, for the largest possible heap. */
extern uint8_t vm_memory_end[];

const uint32_t vm_stack_limit = VM_BSS_END;

#define STACK_PAINT 0xa5

void vm_memory_init(void) {
  memset(vm_memory, 0, VM_BSS_END);
  memset(vm_memory + VM_BSS_END, STACK_PAINT, VM_STACK_SIZE);
  for (size_t i = 0; i < vm_data_segment_count; i++) {
    const vm_data_segment *segment = &vm_data_segments[i];
    memcpy(vm_memory + segment->address, segment->bytes, segment->length);
  }
  const uint32_t heap_base = VM_BSS_END + VM_STACK_SIZE;
  memcpy(vm_memory + VM_HEAP_BREAK_WORD, &heap_base, sizeof heap_base);
  vm_set_stack_pointer(heap_base);
}

uint32_t vm_memory_size(void) { return (uint32_t)(vm_memory_end - vm_memory); }

uint32_t vm_heap_used(void) {
  uint32_t heap_break;
  memcpy(&heap_break, vm_memory + VM_HEAP_BREAK_WORD, sizeof heap_break);
  return heap_break - (VM_BSS_END + VM_STACK_SIZE);
}

uint32_t vm_stack_used(void) {
  uint32_t untouched = 0;
  while (untouched < VM_STACK_SIZE && vm_memory[VM_BSS_END + untouched] == STACK_PAINT) untouched++;
  return VM_STACK_SIZE - untouched;
}

uint32_t vm_import_emscripten_resize_heap(uint32_t wanted) { return wanted <= vm_memory_size(); }

void vm_stack_overflow(void) { panic("virtual machine stack overflow"); }

void vm_trap(const char *reason) { panic(reason); }
