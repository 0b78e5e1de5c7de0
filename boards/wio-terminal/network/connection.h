/*
 * The state of the one connection, which dial.c opens and socket.c uses and ends, and the events
 * for the virtual machine.
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
  bool wanted;    /* the machine has asked for this connection and does not know of its end */
  bool reopen;    /* it has asked for another one, which is opened after this one is closed */
  bool in_call;   /* a call is waiting for its reply */
  bool sent_last; /* sending and receiving take turns */
  int32_t handle; /* negative for none; kept until the coprocessor has answered that it is closed */
  uint32_t address;
  uint32_t generation;
  uint64_t due_micros, give_up_micros, now;
  uint64_t connecting_micros; /* when the coprocessor was told to connect */
  const char *problem;        /* why the last one failed; empty once one is open */
  uint32_t opened;            /* since the start */
} connection_state;
extern connection_state connection;

void connection_go(connection_call next, uint32_t delay_ms);

/* Closes its handle if it has one, and waits for the next connection. */
void connection_go_away(void);

/* Tells the machine of an event: VM_SOCKET_... of vm_start.h. */
void connection_tell(uint32_t event, const void *bytes, uint32_t length);

/* Marks the connection as open, and tells the machine. */
void connection_opened(void);

/* True while the coprocessor connects, and serves no other call. */
bool connection_is_connecting(void);

/*
 * Tells the machine that its connection has ended: failed, or closed if `failure` is null. What the
 * coprocessor does goes on.
 */
void connection_tell_end(const char *failure);

/* The same; also ends the connection. */
void connection_end(const char *failure);

/* True if there is no usable reply; that ends the connection. */
bool connection_garbled(const erpc_reader *reply);

/* True if there is a reply and the machine still wants the connection. */
bool connection_answered(const erpc_reader *reply);

/* The same; also reads the i32 that most of these calls return. */
bool connection_answered_with(erpc_reader *reply, int32_t *result);

#endif
