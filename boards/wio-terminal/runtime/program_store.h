/*
 * The deployed program, in one of two slots of flash. While one slot is being filled, the other
 * keeps the previous program, so power may fail at any instant.
 *
 * The virtual machine writes the first 8 bytes of a header of 128 bytes, then the program in order,
 * then the rest of the header.
 */
#ifndef PROGRAM_STORE_H
#define PROGRAM_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes for the machine's header and the program; boards/tools/firmware/program-limit.ts knows it,
 * too. */
enum { PROGRAM_STORE_MAX = 56 * 1024 - 32, PROGRAM_STORE_HEADER = 128 };

/* Finds the stored program. Call this first. */
void program_store_init(void);

/* The header, the program behind it, and the length of both; a null pointer when there is none. */
const uint8_t *program_store_find(uint32_t *length);

/* Counts the programs of this board; 0 if there is none. The next one gets one more. */
uint32_t program_store_sequence(void);

/*
 * Goes back to the program before, for good, by an erase that removes this one's seal. Returns
 * false if there is no program before: then this one stays.
 */
bool program_store_take_back(void);

/* Empties the unused slot; a null pointer if the program does not fit. */
const uint8_t *program_store_begin(uint32_t length);

/* How many bytes of an unfinished program have come; 0 if none is being received. */
uint32_t program_store_unfinished(void);

/*
 * The program that has come, without its header, and its length; a null pointer unless nothing but
 * the rest of the header is missing, whose coming makes the program count.
 */
const uint8_t *program_store_filled(uint32_t *length);

/* Writes a part, at its place in what `program_store_begin` returned. */
void program_store_write(uint32_t offset, const uint8_t *bytes, uint32_t length);

#endif
