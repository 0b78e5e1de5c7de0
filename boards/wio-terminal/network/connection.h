/*
 * The one connection, as dial.c opens it and socket.c uses and ends it: its state, and what the
 * virtual machine is told of it.
 */
#ifndef CONNECTION_H
#define CONNECTION_H

#include <stdbool.h>
#include <stdint.h>

#include "erpc_client.h"

enum { CONNECTION_HOST_MAX = 255 };

/* The call that comes next, or whose answer is awaited. */
typedef enum {
  CONNECTION_NONE,
  CONNECTION_WAIT_FOR_NETWORK,
  CONNECTION_CLOSE_OLD, /* a handle that outlived its connection */
  CONNECTION_RESOLVE,
  CONNECTION_CREATE,
  CONNECTION_NO_DELAY,
  CONNECTION_NON_BLOCKING,
  CONNECTION_CONNECT,
  CONNECTION_CONNECT_ERROR, /* connect failed: ask errno why */
  CONNECTION_OPEN,
  CONNECTION_SEND_ERROR,
  CONNECTION_RECEIVE_ERROR,
  CONNECTION_CLOSE
} connection_call;

typedef struct {
  connection_call state;
  char host[CONNECTION_HOST_MAX + 1];
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
  const char *problem; /* why the last one failed; empty once one is open */
  uint32_t opened;     /* since the start */
} connection_state;
extern connection_state connection;

void connection_go(connection_call next, uint32_t delay_ms);

/* Closes its handle if it has one, and waits for the next connection. */
void connection_go_away(void);

/* Tells the machine of an event: VM_SOCKET_... of vm_start.h. */
void connection_tell(uint32_t event, const void *bytes, uint32_t length);

/* The connection is there: the machine is told. */
void connection_opened(void);

/* The end of a connection as the machine is to see it: failed, or without a failure closed. */
void connection_end(const char *failure);

/* Whether there is no proper reply; that ends the connection. */
bool connection_garbled(const erpc_reader *reply);

/* Whether a step may go on: there is a reply, and the machine still wants the connection. */
bool connection_answered(const erpc_reader *reply);

/* Likewise; the result is the i32 that most of these calls return. */
bool connection_answered_with(erpc_reader *reply, int32_t *result);

#endif
