/* How much of each memory was ever used, and ways to use too much of it. */
#ifndef DIAGNOSIS_H
#define DIAGNOSIS_H

/* On the console: "status main_stack=USED/SIZE vm_stack=…" in bytes, "longest_network_us=…". */
void diagnosis_print(void);

_Noreturn void diagnosis_overflow_main_stack(void);
_Noreturn void diagnosis_overflow_vm_stack(void);

#endif
