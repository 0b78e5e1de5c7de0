/* From a host's name to an open connection. */
#ifndef DIAL_H
#define DIAL_H

/* Waits for a network. */
void dial_wait(void);

/* Makes the next call between CONNECTION_WAIT_FOR_NETWORK and CONNECTION_OPEN. */
void dial_call(void);

#endif
