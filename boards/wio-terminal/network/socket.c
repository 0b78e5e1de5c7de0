/* The virtual machine's TCP socket. There is no network on the board yet, and it is told so. */
#include "vm_imports.h"

enum { NOT_AVAILABLE = -10 };

uint32_t vm_import__jd_tcpsock_is_available(void) { return 0; }

uint32_t vm_import__jd_tcpsock_new(uint32_t host, uint32_t port) {
  (void)host;
  (void)port;
  return (uint32_t)NOT_AVAILABLE;
}

uint32_t vm_import__jd_tcpsock_write(uint32_t bytes, uint32_t length) {
  (void)bytes;
  (void)length;
  return (uint32_t)NOT_AVAILABLE;
}

uint32_t vm_import__jd_tcpsock_close(void) { return (uint32_t)NOT_AVAILABLE; }
