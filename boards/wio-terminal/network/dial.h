/* From a host's name to an open connection. */
#ifndef DIAL_H
#define DIAL_H

/* Waits for a network to dial in. */
void dial_wait(void);

/* Makes the next call on the way from CONNECTION_WAIT_FOR_NETWORK to CONNECTION_OPEN. */
void dial_call(void);

#endif
