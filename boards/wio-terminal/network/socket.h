/*
 * The virtual machine's one TCP socket, on the coprocessor's. Everything that the machine asks for
 * is noted and done by and by; what comes of it is told by events.
 */
#ifndef SOCKET_H
#define SOCKET_H

#include <stdbool.h>
#include <stdint.h>

/* Begins the next call when one is due and the line is free. Not from inside of the machine. */
void socket_step(uint64_t now_micros);

/* For a person: whom the machine asked for last, and how it goes. */
typedef struct {
  const char *host; /* empty before the first */
  uint16_t port;
  bool is_wanted, is_open;
  const char *problem; /* why the last one failed; empty once one is open */
  uint32_t opened;     /* since the start */
  uint32_t sent_bytes, received_bytes;
} socket_facts;
const socket_facts *socket_look(void);

#endif
