/* Bytes on their way out: what the virtual machine wrote, until the coprocessor has taken it. */
#ifndef OUTGOING_H
#define OUTGOING_H

#include <stdbool.h>
#include <stdint.h>

/* All or nothing: false when there is no room for all. */
bool outgoing_add(const uint8_t *bytes, uint32_t length);
uint32_t outgoing_length(void);
/* The first bytes, as many as lie in one piece, at most `limit`. */
uint32_t outgoing_peek(const uint8_t **bytes, uint32_t limit);
void outgoing_drop(uint32_t length);
void outgoing_clear(void);

#endif
