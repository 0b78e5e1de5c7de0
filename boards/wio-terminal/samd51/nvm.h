/* Erases and writes the chip's flash. Each function blocks until the flash is ready again. */
#ifndef NVM_H
#define NVM_H

#include <stddef.h>
#include <stdint.h>

enum { NVM_BLOCK = 8192, NVM_QUAD_WORD = 16 };

/* Sets all bits of a block to 1. Takes up to 200 ms; interrupts stay enabled. */
void nvm_erase_block(uintptr_t address);

/* Writes whole quad words. Because of its ECC, write a quad word only once after an erase. */
void nvm_write(uintptr_t address, const uint8_t *bytes, size_t length);

#endif
