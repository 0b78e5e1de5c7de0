#include "diagnosis.h"

#include <stddef.h>
#include <stdint.h>

#include "console.h"
#include "faults.h"
#include "panic.h"
#include "runtime.h"
#include "vm_layout.h"
#include "vm_memory.h"
#include "vm_start.h"

void diagnosis_print(void) {
  const uint32_t heap_size = vm_memory_size() - VM_BSS_END - VM_STACK_SIZE;
  console_line("status main_stack=", console_number(stack_used()), "/",
               console_number(stack_size()), " vm_stack=", console_number(vm_stack_used()), "/",
               console_number(VM_STACK_SIZE), NULL);
  console_line("status vm_heap=", console_number(vm_heap_used()), "/", console_number(heap_size),
               " longest_network_us=", console_number(runtime_longest_network_micros()), NULL);
}

/* Recurses until the stack overflows. Each call needs a frame: it is no tail call. */
static uint32_t __attribute__((noinline)) descend(uint32_t depth) {
  if (depth == UINT32_MAX) return 0;
  volatile uint32_t frame[16];
  frame[depth % 16] = depth;
  return descend(depth + 1) + frame[depth % 16];
}

void diagnosis_overflow_main_stack(void) {
  descend(0);
  panic("main stack overflow not detected");
}

void diagnosis_overflow_vm_stack(void) {
  vm_descend();
  panic("virtual machine stack overflow not detected");
}
