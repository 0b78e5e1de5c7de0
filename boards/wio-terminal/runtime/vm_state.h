/*
 * The parts of the virtual machine's state that `vm_quick.c` uses. Comments give the names of the
 * types in DeviceScript's sources; `vm_quick_test.c` checks the offsets.
 */
#ifndef VM_STATE_H
#define VM_STATE_H

#include <stddef.h>
#include <stdint.h>

/*
 * For types of data in the virtual machine's memory: the data is unaligned, and other code accesses
 * it through other types.
 */
#define VM_MEMORY __attribute__((packed, may_alias))

/* devs_value_t: a number or another value; the upper half says which. */
typedef struct VM_MEMORY {
  uint32_t low, high;
} value;

/* devs_ctx_t */
typedef struct VM_MEMORY {
  uint32_t globals;
  uint8_t unused_4[12];
  value left, right;
  double left_number, right_number;
  uint8_t unused_48[16];
  uint16_t operation_at;
  uint8_t depth, depth_before;
  uint8_t unused_68, throwing, suspended, debugged;
  uint8_t unused_72[8];
  uint32_t operand;
  uint8_t unused_84[4];
  value stack[16];
  uint8_t unused_216[12];
  uint32_t image, activation;
} machine;
_Static_assert(offsetof(machine, operation_at) == 64, "devs_ctx_t");
_Static_assert(offsetof(machine, operand) == 80, "devs_ctx_t");
_Static_assert(offsetof(machine, activation) == 232, "devs_ctx_t");

/* devs_activation_t */
typedef struct VM_MEMORY {
  uint32_t unused_0;
  uint16_t at, end;
  uint8_t unused_8[8];
  uint32_t function;
  uint8_t unused_20[4];
  value locals[];
} activation;

/* devs_function_desc_t */
typedef struct VM_MEMORY {
  uint32_t start, unused_4;
  uint16_t locals;
} function;

/* devs_img_header_t */
typedef struct VM_MEMORY {
  uint8_t unused_0[12];
  uint16_t globals;
  uint8_t unused_14[34];
  uint32_t doubles_at, doubles_size;
} image;

#endif
