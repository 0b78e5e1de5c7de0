/* The highest use of each memory since the start, and functions that overflow a stack for tests. */
#ifndef DIAGNOSIS_H
#define DIAGNOSIS_H

/* Logs "status main_stack=USED/SIZE vm_stack=…" in bytes and "longest_network_us=…". */
void diagnosis_print(void);

_Noreturn void diagnosis_overflow_main_stack(void);
_Noreturn void diagnosis_overflow_vm_stack(void);

#endif
