/*
 * The virtual machine's one TCP socket, on top of the coprocessor's sockets. A request of the
 * virtual machine is recorded and executed later; events report the result to the virtual machine.
 */
#ifndef SOCKET_H
#define SOCKET_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Starts the next call if one is due and the line is free. Not to be called from inside the virtual
 * machine.
 */
void socket_step(uint64_t now_micros);

/*
 * The state that the screen shows: the last host that the virtual machine requested, and the
 * connection.
 */
typedef struct {
  const char *host; /* empty before the first request */
  uint16_t port;
  bool is_wanted, is_open;
  uint32_t
      connecting_s;    /* how long the coprocessor has been connecting; 0 if it is not connecting */
  const char *problem; /* why the last connection failed; empty while a connection is open */
  uint32_t opened;     /* connections opened since the start */
  uint32_t sent_bytes, received_bytes;
} socket_facts;
const socket_facts *socket_look(void);

#endif
