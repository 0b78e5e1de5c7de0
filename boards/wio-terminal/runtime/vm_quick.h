/*
 * The virtual machine's most common operations, written in C. The translated loop calls vm_quick
 * before each operation, and executes the operations that vm_quick does not.
 */
#ifndef VM_QUICK_H
#define VM_QUICK_H

#include <stdint.h>

/*
 * Runs operations of the current function, up to the first that is not simple. Afterwards the
 * virtual machine's memory has the same bits as if the translated loop had run them.
 * @param context address of the virtual machine's state (`devs_ctx_t`)
 * @param left how many operations may run before the loop considers the program stuck, more than 0
 * @return how many operations remain, more than 0
 */
uint32_t vm_quick(uint32_t context, uint32_t left);

#endif
