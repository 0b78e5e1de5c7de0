/* The board's whole work, from a fresh start to a reset. */
#ifndef RUNTIME_H
#define RUNTIME_H

_Noreturn void runtime_run(void);

#endif
