/* The send buffer: bytes that the virtual machine wrote, until the coprocessor has taken them. */
#ifndef OUTGOING_H
#define OUTGOING_H

#include <stdbool.h>
#include <stdint.h>

/* Adds all bytes. If there is no room for all, returns false and adds none. */
bool outgoing_add(const uint8_t *bytes, uint32_t length);
uint32_t outgoing_length(void);
/* Returns how many bytes at the front lie in one piece, at most `limit`, and points to them. */
uint32_t outgoing_peek(const uint8_t **bytes, uint32_t limit);
void outgoing_drop(uint32_t length);
void outgoing_clear(void);

#endif
