/*
 * The functions that the virtual machine calls: the imports of its module, and the runtime's
 * replacements for functions of the module (vm-contract.ts). The generated file also declares them,
 * so the compiler checks that both agree. Addresses are addresses in the virtual machine's memory.
 */
#ifndef VM_IMPORTS_H
#define VM_IMPORTS_H

#include <stdint.h>

/* Defined in vm_host.c. */
void vm_import_em_print_dmesg(uint32_t text);
void vm_import_em_jd_crypto_get_random(uint32_t into, uint32_t length);
void vm_import_em_send_frame(uint32_t frame);
void vm_import_em_send_large_frame(uint32_t frame, uint32_t length);
void vm_import__devs_panic_handler(uint32_t code);
void vm_import_em_deploy_handler(uint32_t code);
void vm_import_emscripten_memcpy_big(uint32_t to, uint32_t from, uint32_t length);
void vm_import_abort(void);
void vm_import_exit(uint32_t code);
uint32_t vm_import_fd_close(uint32_t file);
uint32_t vm_import_fd_write(uint32_t file, uint32_t vectors, uint32_t count, uint32_t written);
uint32_t vm_import_fd_seek(uint32_t file, uint32_t low, uint32_t high, uint32_t whence,
                           uint32_t to);
uint32_t w2c___memcpy(uint32_t to, uint32_t from, uint32_t length);
uint32_t w2c___memset(uint32_t to, uint32_t value, uint32_t length);
uint32_t w2c_memmove(uint32_t to, uint32_t from, uint32_t length);
uint32_t w2c_strlen(uint32_t text);
uint32_t w2c_jd_random(void);
uint64_t w2c_tim_get_micros(void);

/* Defined in vm_heap.c. */
uint32_t w2c_jd_alloc(uint32_t size); /* returns zeroed memory, never 0 */
void w2c_jd_free(uint32_t block);

/* Defined in vm_memory.c. */
uint32_t vm_import_emscripten_resize_heap(uint32_t wanted); /* returns false if refused */
_Noreturn void vm_trap(const char *reason);

/* The functions of vm_store.c, which replace the module's functions that call em_flash_*. */
void w2c_flash_init(void);
uint32_t w2c_jd_settings_get_bin(uint32_t key, uint32_t into, uint32_t space);
uint32_t w2c_jd_settings_set_bin(uint32_t key, uint32_t value, uint32_t length);
uint32_t w2c_jd_settings_get_large(uint32_t key, uint32_t length_at);
uint32_t w2c_jd_settings_prep_large(uint32_t key, uint32_t length);
uint32_t w2c_jd_settings_write_large(uint32_t to, uint32_t from, uint32_t length);
uint32_t w2c_jd_settings_sync_large(void);

/* Defined in network/socket.c. A negative port requests TLS; a negative result is an error. */
uint32_t vm_import__jd_tcpsock_new(uint32_t host, uint32_t port);
uint32_t vm_import__jd_tcpsock_write(uint32_t bytes, uint32_t length);
uint32_t vm_import__jd_tcpsock_close(void);
uint32_t vm_import__jd_tcpsock_is_available(void);

#endif
