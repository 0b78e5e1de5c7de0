/*
 * The deployed program, in one of two slots of flash. While one is filled, the other keeps what was
 * there before, and power may go at any instant.
 *
 * The virtual machine begins with a header of 128 bytes, of which it writes the first 8, then the
 * program in order, then the rest of the header.
 */
#ifndef PROGRAM_STORE_H
#define PROGRAM_STORE_H

#include <stddef.h>
#include <stdint.h>

/* The machine's header and the program have to fit; build/package.ts knows it, too. */
enum { PROGRAM_STORE_MAX = 56 * 1024 - 32 };

/* Finds what is there. Call before all else. */
void program_store_init(void);

/* The header, the program behind it, and the length of both; a null pointer when there is none. */
const uint8_t *program_store_find(uint32_t *length);

/* Empties the slot that isn't in use; a null pointer when so much has no place. */
const uint8_t *program_store_begin(uint32_t length);

/* How much of a program has come whose end has not; 0 when none is on its way. */
uint32_t program_store_unfinished(void);

/* Writes a part, at its place in what `program_store_begin` returned. */
void program_store_write(uint32_t offset, const uint8_t *bytes, uint32_t length);

#endif
