/*
 * The virtual machine's linear memory: one array in RAM. Addresses inside the machine are offsets
 * from its start, modulo 2^32; `vm_at` and `vm_address_of` convert.
 */
#ifndef VM_MEMORY_H
#define VM_MEMORY_H

#include <stdint.h>

extern uint8_t vm_memory[];

/*
 * Initializes the memory as the module's own loader would, with our stack and heap. Call this
 * before any other function of the machine.
 */
void vm_memory_init(void);
uint32_t vm_memory_size(void);

/* The most that was ever used, bytes. */
uint32_t vm_heap_used(void);
uint32_t vm_stack_used(void);

/* The lowest value the machine's own stack pointer may take. */
extern const uint32_t vm_stack_limit;

_Noreturn void vm_stack_overflow(void);

/* On a 64-bit host an address is an offset with a sign: all static data is within its reach. */
static inline void *vm_at(uint32_t address) {
  return (void *)((uintptr_t)vm_memory + (uintptr_t)(intptr_t)(int32_t)address);
}

static inline uint32_t vm_address_of(const void *pointer) {
  return (uint32_t)((uintptr_t)pointer - (uintptr_t)vm_memory);
}

#endif
