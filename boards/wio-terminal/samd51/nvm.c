/* DS60001507, NVMCTRL. Handling of the caches: adafruit/uf2-samdx1 src/flash_samd51.c. */
#include "nvm.h"

#include <string.h>

#include "registers.h"

#define NVMCTRL_CTRLA REGISTER16(0x41004000)
#define NVMCTRL_CTRLB REGISTER16(0x41004004)
#define NVMCTRL_INTFLAG REGISTER16(0x41004010)
#define NVMCTRL_STATUS REGISTER16(0x41004012)
#define NVMCTRL_ADDR REGISTER32(0x41004014)
enum { NVM_CTRLA_WMODE = 3 << 4, NVM_CTRLA_CACHEDIS = 3 << 14 };
enum {
  NVM_COMMAND_ERASE_BLOCK = 0x01,
  NVM_COMMAND_WRITE_QUAD_WORD = 0x04,
  NVM_COMMAND_CLEAR_BUFFER = 0x15
};
enum { NVM_COMMAND_KEY = 0xa5 << 8, NVM_STATUS_READY = 1 };
enum {
  NVM_INTFLAG_ADDRE = 1 << 1,
  NVM_INTFLAG_PROGE = 1 << 2,
  NVM_INTFLAG_LOCKE = 1 << 3,
  NVM_INTFLAG_NVME = 1 << 6
};
#define NVM_INTFLAG_ERRORS \
  (NVM_INTFLAG_ADDRE | NVM_INTFLAG_PROGE | NVM_INTFLAG_LOCKE | NVM_INTFLAG_NVME)

#define CMCC_CTRL REGISTER32(0x41006008)
#define CMCC_SR REGISTER32(0x4100600c)
#define CMCC_MAINT0 REGISTER32(0x41006020)

/*
 * The number of polls after which the flash counts as broken. They take more than a second; an
 * erase takes at most 200 ms.
 */
enum { NVM_READY_TURNS = 30000000 };

static void wait_until_ready(void) {
  uint32_t turns_left = NVM_READY_TURNS;
  while (!(NVMCTRL_STATUS & NVM_STATUS_READY)) {
    if (--turns_left == 0) panic("flash controller not ready");
  }
}

static void command(uint16_t code, uintptr_t address) {
  NVMCTRL_INTFLAG = NVM_INTFLAG_ERRORS;
  NVMCTRL_ADDR = (uint32_t)address;
  NVMCTRL_CTRLB = NVM_COMMAND_KEY | code;
  wait_until_ready();
  if (NVMCTRL_INTFLAG & NVM_INTFLAG_ERRORS) panic_at("flash command failed", (uint32_t)address);
}

/*
 * Disables the caches of the flash and of the core, because they keep old contents. On revision A,
 * an erratum also makes them unreliable.
 */
static void begin(void) {
  CMCC_CTRL = 0;
  WAIT_FOR(!(CMCC_SR & 1), "the cache to stop");
  wait_until_ready();
  NVMCTRL_CTRLA = (NVMCTRL_CTRLA & (uint16_t)~NVM_CTRLA_WMODE) | NVM_CTRLA_CACHEDIS;
}

static void end(void) {
  NVMCTRL_CTRLA &= (uint16_t)~NVM_CTRLA_CACHEDIS;
  CMCC_MAINT0 = 1;
  CMCC_CTRL = 1;
}

void nvm_erase_block(uintptr_t address) {
  begin();
  command(NVM_COMMAND_ERASE_BLOCK, address);
  end();
}

void nvm_write(uintptr_t address, const uint8_t *bytes, size_t length) {
  begin();
  for (size_t at = 0; at < length; at += NVM_QUAD_WORD) {
    uint32_t words[NVM_QUAD_WORD / 4];
    memcpy(words, bytes + at, sizeof words);
    command(NVM_COMMAND_CLEAR_BUFFER, address + at);
    /* The page buffer takes 32 bits at a time. */
    for (unsigned i = 0; i < NVM_QUAD_WORD / 4; i++) REGISTER32(address + at + 4 * i) = words[i];
    command(NVM_COMMAND_WRITE_QUAD_WORD, address + at);
  }
  end();
}
