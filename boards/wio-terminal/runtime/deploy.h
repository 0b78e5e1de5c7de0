/*
 * Moves the program from the package into the virtual machine's own flash, once. It asks the
 * machine for the hash of its program, and sends the program only if the hash differs.
 */
#ifndef DEPLOY_H
#define DEPLOY_H

#include "bus.h"

/* Asks. The answer comes when the machine has run. */
void deploy_ask(void);

/*
 * Deploys once, if the answer asks for it. Restarts the board if a computer stopped in the middle
 * of sending a program. Call each time the machine has run.
 */
void deploy_step(uint64_t now_micros);

/* What the virtual machine reports on the bus. */
void deploy_saw_report(const packet *packet);

#endif
