/*
 * The state of the board's one connection, and its events for the virtual machine. dial.c opens the
 * connection; socket.c uses and ends it.
 */
#ifndef CONNECTION_H
#define CONNECTION_H

#include <stdbool.h>
#include <stdint.h>

#include "erpc_client.h"

enum { CONNECTION_HOST_MAX = 255 };

/* The next call to the coprocessor, or the call in flight. */
typedef enum {
  CONNECTION_NONE,
  CONNECTION_WAIT_FOR_NETWORK,
  CONNECTION_CLOSE_OLD, /* closes a handle that outlived its connection */
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
  bool wanted;    /* requested by the virtual machine, which was not yet notified of its end */
  bool reopen;    /* the virtual machine requested another connection; this one is closed first */
  bool in_call;   /* a call is waiting for its reply */
  bool sent_last; /* sending and receiving take turns */
  int32_t handle; /* negative for none; kept until the coprocessor confirms that it is closed */
  uint32_t address;
  uint32_t generation;
  uint64_t due_micros, give_up_micros, now;
  uint64_t connecting_micros; /* when the connect call was sent to the coprocessor */
  const char *problem;        /* why the last connection failed; empty while a connection is open */
  uint32_t opened;            /* connections opened since the start */
} connection_state;
extern connection_state connection;

void connection_go(connection_call next, uint32_t delay_ms);

/* Closes the handle if there is one, and waits for the next connection. */
void connection_go_away(void);

/* Sends an event to the virtual machine: VM_SOCKET_... of vm_start.h. */
void connection_tell(uint32_t event, const void *bytes, uint32_t length);

/* Marks the connection as open, and notifies the virtual machine. */
void connection_opened(void);

/*
 * Whether the coprocessor is connecting. Until the connect ends, the coprocessor serves no other
 * call.
 */
bool connection_is_connecting(void);

/*
 * Notifies the virtual machine that its connection has failed, or was closed if `failure` is null.
 * A call in flight continues.
 */
void connection_tell_end(const char *failure);

/* Notifies the virtual machine as connection_tell_end does, and ends the connection. */
void connection_end(const char *failure);

/* If there is no usable reply, ends the connection and returns true. */
bool connection_garbled(const erpc_reader *reply);

/* Returns true if there is a reply and the virtual machine still wants the connection. */
bool connection_answered(const erpc_reader *reply);

/* Checks as connection_answered does, and reads the i32 that most of these calls return. */
bool connection_answered_with(erpc_reader *reply, int32_t *result);

#endif
