/*
 * Brings the program of the package into the virtual machine's own flash, once: the machine is
 * asked for the hash of what it has, and gets the program only where that is another.
 */
#ifndef DEPLOY_H
#define DEPLOY_H

#include "bus.h"

/* Asks. The answer comes when the machine has run. */
void deploy_ask(void);

/* Deploys if the answer says so. Call each time the machine has run; does its work once. */
void deploy_step(void);

/* What the virtual machine reports on the bus. */
void deploy_saw_report(const packet *packet);

#endif
