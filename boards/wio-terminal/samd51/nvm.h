/* Erases and writes the chip's flash. Each call waits until the work is done. */
#ifndef NVM_H
#define NVM_H

#include <stddef.h>
#include <stdint.h>

enum { NVM_BLOCK = 8192, NVM_QUAD_WORD = 16 };

/* Makes all bits of a block 1. Takes up to 200 ms; interrupts go on. */
void nvm_erase_block(uintptr_t address);

/* Whole quad words, each of which was not written since its block was erased (it has an ECC). */
void nvm_write(uintptr_t address, const uint8_t *bytes, size_t length);

#endif
