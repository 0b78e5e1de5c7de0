/*
 * Brings the program of the package into the virtual machine's own flash, once: the machine is
 * asked for the hash of what it has, and gets the program only where that is another.
 */
#ifndef DEPLOY_H
#define DEPLOY_H

#include "bus.h"

/* Asks. The answer comes when the machine has run. */
void deploy_ask(void);

/*
 * Deploys if the answer says so, once. Starts the board again where a program that a computer sends
 * has been cut off. Call each time the machine has run.
 */
void deploy_step(uint64_t now_micros);

/* What the virtual machine reports on the bus. */
void deploy_saw_report(const packet *packet);

#endif
