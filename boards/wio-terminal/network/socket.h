/*
 * The virtual machine's one TCP socket, on top of the coprocessor's. A request of the machine is
 * noted and carried out later; events tell the machine what came of it.
 */
#ifndef SOCKET_H
#define SOCKET_H

#include <stdbool.h>
#include <stdint.h>

/* Starts the next call if one is due and the line is free. Not from inside the machine. */
void socket_step(uint64_t now_micros);

/* For the screen: the last host that the machine asked for, and the state of the connection. */
typedef struct {
  const char *host; /* empty before the first */
  uint16_t port;
  bool is_wanted, is_open;
  uint32_t connecting_s; /* how long the coprocessor has been connecting; 0 if it is not */
  const char *problem;   /* why the last one failed; empty once one is open */
  uint32_t opened;       /* since the start */
  uint32_t sent_bytes, received_bytes;
} socket_facts;
const socket_facts *socket_look(void);

#endif
