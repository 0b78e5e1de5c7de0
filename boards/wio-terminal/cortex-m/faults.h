/* Faults, and the main stack, whose overflow is one of them. */
#ifndef FAULTS_H
#define FAULTS_H

#include <stdint.h>

/* For the vector table: ends the run by a panic that names the cause. */
void fault_handler(void);

/* Makes an overflow of the main stack a fault. */
void stack_guard(void);

/* The main stack, painted before main runs: how much of it was ever used, bytes. */
void stack_paint(void);
uint32_t stack_size(void);
uint32_t stack_used(void);

#endif
