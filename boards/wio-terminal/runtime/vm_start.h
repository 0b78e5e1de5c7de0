/* The functions of the translated virtual machine that the runtime calls. */
#ifndef VM_START_H
#define VM_START_H

#include <stddef.h>
#include <stdint.h>

/* Generated from the module's data segments. */
typedef struct {
  uint32_t address;
  uint32_t length;
  const uint8_t *bytes;
} vm_data_segment;
extern const vm_data_segment vm_data_segments[];
extern const size_t vm_data_segment_count;

/* Functions that the generated file adds to the module's own. */
void vm_set_stack_pointer(uint32_t top);
_Noreturn void vm_descend(void); /* overflows the virtual machine's own stack */

/* Exports of the module. */
void vm___wasm_call_ctors(void);
uint32_t vm_malloc(uint32_t size); /* 0 if there is no room */
void vm_free(uint32_t block);
void vm_jd_em_set_device_id_2x_i32(uint32_t high, uint32_t low);
void vm_jd_em_init(void);
/* Runs one step. Returns how long the virtual machine may sleep, µs. */
uint32_t vm_jd_em_process(void);
uint32_t vm_jd_em_frame_received(uint32_t frame);
uint32_t vm_jd_em_devs_deploy(uint32_t image, uint32_t length);
uint32_t vm_jd_em_devs_verify(uint32_t image, uint32_t length);
void vm_jd_em_devs_enable_gc_stress(uint32_t on);
enum { VM_SOCKET_OPEN = 1, VM_SOCKET_CLOSED = 2, VM_SOCKET_ERROR = 3, VM_SOCKET_DATA = 4 };
void vm_jd_em_tcpsock_on_event(uint32_t event, uint32_t bytes, uint32_t length);

#endif
