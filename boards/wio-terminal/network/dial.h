/* From a host's name to an open connection. */
#ifndef DIAL_H
#define DIAL_H

#include <stdbool.h>

/* Waits for a network. */
void dial_wait(void);

/* To be called in each step, also while a call is waiting for its reply. */
void dial_watch(void);

/* Goes on with a connect that the machine had given up. False if there is none. */
bool dial_resume(void);

/* Makes the next call between CONNECTION_WAIT_FOR_NETWORK and CONNECTION_OPEN. */
void dial_call(void);

#endif
