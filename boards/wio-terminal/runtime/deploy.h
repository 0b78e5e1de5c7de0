/*
 * Moves the program from the package into the virtual machine's own flash, once. Asks the virtual
 * machine for the hash of its program, and sends the program only if the hash differs.
 */
#ifndef DEPLOY_H
#define DEPLOY_H

#include "bus.h"

/* Asks for the program's hash. The answer comes after the virtual machine has run. */
void deploy_ask(void);

/*
 * Deploys once, if the hash differs. Restarts the board if a computer stopped in the middle of
 * sending a program. Call each time the virtual machine has run.
 */
void deploy_step(uint64_t now_micros);

/* Handles a report of the virtual machine on the bus. */
void deploy_saw_report(const packet *packet);

#endif
