/*
 * The virtual machine's linear memory: one array in RAM. Addresses inside the virtual machine are
 * offsets from the start of this array, modulo 2^32; `vm_at` and `vm_address_of` convert them.
 */
#ifndef VM_MEMORY_H
#define VM_MEMORY_H

#include <stdint.h>

extern uint8_t vm_memory[];

/*
 * Initializes the memory as the module's own loader would, but with this runtime's stack and heap.
 * Call this before any other function of the virtual machine.
 */
void vm_memory_init(void);
uint32_t vm_memory_size(void);

/* The highest use since the start, bytes. */
uint32_t vm_heap_used(void);
uint32_t vm_stack_used(void);

/* The lowest value that the virtual machine's own stack pointer may have. */
extern const uint32_t vm_stack_limit;

_Noreturn void vm_stack_overflow(void);

/* On a 64-bit host, an address is a signed offset, so it can reach all static data. */
static inline void *vm_at(uint32_t address) {
  return (void *)((uintptr_t)vm_memory + (uintptr_t)(intptr_t)(int32_t)address);
}

static inline uint32_t vm_address_of(const void *pointer) {
  return (uint32_t)((uintptr_t)pointer - (uintptr_t)vm_memory);
}

#endif
