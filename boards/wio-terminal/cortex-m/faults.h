/* Faults, and the main stack, whose overflow is a fault. */
#ifndef FAULTS_H
#define FAULTS_H

#include <stdint.h>

/* The fault handler of the vector table: panics with the cause. */
void fault_handler(void);

/* Makes an overflow of the main stack a fault. */
void stack_guard(void);

/* The size and the highest use of the main stack, bytes. stack_paint is called before main. */
void stack_paint(void);
uint32_t stack_size(void);
uint32_t stack_used(void);

#endif
