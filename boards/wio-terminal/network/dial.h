/* Opens a connection to a host. */
#ifndef DIAL_H
#define DIAL_H

#include <stdbool.h>

/* Starts the connection when there is a network. Ends it if the wait takes too long. */
void dial_wait(void);

/* Watches a connect in flight. Call in each step, also while a call is waiting for its reply. */
void dial_watch(void);

/* Continues a connect that the virtual machine had given up. Returns false if there is none. */
bool dial_resume(void);

/* Makes the next call between CONNECTION_WAIT_FOR_NETWORK and CONNECTION_OPEN. */
void dial_call(void);

#endif
