/*
 * The virtual machine's commonest operations in C of our own. The translated loop calls this before
 * each operation; what this cannot do, the loop does as ever.
 */
#ifndef VM_QUICK_H
#define VM_QUICK_H

#include <stdint.h>

/*
 * Runs operations of the current function, up to the first that is not simple. The machine's memory
 * is then, to the bit, as if the translated loop had run them.
 * @param context address of the machine's state (`devs_ctx_t`)
 * @param left operations before the loop calls the program stuck, more than 0
 * @return what remains of them, more than 0
 */
uint32_t vm_quick(uint32_t context, uint32_t left);

#endif
