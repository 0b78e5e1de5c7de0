/* What the two halves of the socket share: dial.c opens a connection, socket.c uses and ends it. */
#ifndef SOCKET_STATE_H
#define SOCKET_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "erpc_client.h"

enum { HOST_MAX = 255 };

/* The call that comes next, or whose answer is awaited. */
typedef enum {
  NONE,
  WAIT_FOR_NETWORK,
  CLOSE_OLD, /* a handle that outlived its connection */
  NAME,
  CREATE,
  NO_DELAY,
  NON_BLOCKING,
  CONNECT,
  CONNECT_ERROR, /* connect said no: ask errno why */
  OPEN,
  SEND_ERROR,
  RECEIVE_ERROR,
  CLOSE
} socket_call;

typedef struct {
  socket_call state;
  char host[HOST_MAX + 1];
  uint16_t port;
  bool tls;
  bool wanted;    /* the machine has asked for this connection, and not been told of its end */
  bool reopen;    /* it has asked for another since: that comes when this one is closed */
  bool in_call;   /* the coprocessor owes an answer */
  bool sent_last; /* sending and receiving take turns */
  int32_t handle; /* negative for none; kept until the coprocessor has answered that it is closed */
  uint32_t address;
  uint32_t generation;
  uint64_t due_micros, give_up_micros, now;
} socket_state;
extern socket_state socket;

void socket_go(socket_call next, uint32_t delay_ms);

/* The connection is there: the machine is told. */
void socket_opened(void);

/* The end of a connection as the machine is to see it: failed, or without a failure closed. */
void socket_end(const char *failure);

/* Whether there is no proper reply; that ends the connection. */
bool socket_garbled(const erpc_reader *reply);

/* Whether a step may go on: there is a reply, and the machine still wants the connection. */
bool socket_answered(const erpc_reader *reply);

/* Likewise; the result is the i32 that most of these calls return. */
bool socket_answered_with(erpc_reader *reply, int32_t *result);

/* Waits for a network to dial in. */
void dial_wait(void);

/* Makes the next call on the way from WAIT_FOR_NETWORK to OPEN. */
void dial_call(void);

#endif
