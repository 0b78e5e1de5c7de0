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

/* The maximum length of header and program, bytes. boards/tools/firmware/program-limit.ts has the
 * same limit. */
enum { PROGRAM_STORE_MAX = 56 * 1024 - 32, PROGRAM_STORE_HEADER = 128 };

/* Finds the stored program. Call this first. */
void program_store_init(void);

/* The header, followed by the program, and the length of both; a null pointer if there is none. */
const uint8_t *program_store_find(uint32_t *length);

/*
 * The sequence number of the stored program; 0 if there is none. Each new program increases it by
 * one.
 */
uint32_t program_store_sequence(void);

/*
 * Goes back to the previous program permanently: erases the seal of the current program. If there
 * is no previous program, returns false and changes nothing.
 */
bool program_store_take_back(void);

/* Erases the unused slot and returns its start; a null pointer if the program does not fit. */
const uint8_t *program_store_begin(uint32_t length);

/* How many bytes of an unfinished program were received; 0 if no program is being received. */
uint32_t program_store_unfinished(void);

/*
 * The received program without its header, and its length; a null pointer if the program is not
 * complete. Only the rest of the header is then missing, and writing it makes the program valid.
 */
const uint8_t *program_store_filled(uint32_t *length);

/* Writes a part. `offset` is relative to the start that `program_store_begin` returned. */
void program_store_write(uint32_t offset, const uint8_t *bytes, uint32_t length);

#endif
