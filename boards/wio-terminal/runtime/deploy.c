#include "deploy.h"

#include <stddef.h>
#include <string.h>

#include "board.h"
#include "console.h"
#include "hash.h"
#include "package.h"
#include "program_store.h"
#include "service.h"
#include "vm_memory.h"
#include "vm_start.h"

/* The DeviceScript manager service: jacdac-spec, specconstants.ts. */
#define SERVICE_CLASS_DEVICE_SCRIPT_MANAGER 0x1134ea2bull
enum { DEPLOY_REGISTER_PROGRAM_HASH = 0x181 };

/*
 * How long no data may arrive before a deploy counts as cut off. The tools send the next part
 * within half a second, or give up.
 */
enum { DEPLOY_CUT_OFF_MS = 10000 };

static enum { DEPLOY_WANTED, DEPLOY_ASKED, DEPLOY_ANSWERED, DEPLOY_DONE } state = DEPLOY_DONE;
static uint32_t stored_hash;

/* Asks for the program's hash. If the bus is full of settings, asks again in the next round. */
static void ask(void) {
  const packet question = {.command = SERVICE_GET | DEPLOY_REGISTER_PROGRAM_HASH};
  const uint8_t flags = BUS_COMMAND | BUS_TO_SERVICE_CLASS;
  if (bus_send(SERVICE_CLASS_DEVICE_SCRIPT_MANAGER, flags, &question)) state = DEPLOY_ASKED;
}

void deploy_ask(void) { state = DEPLOY_WANTED; }

void deploy_saw_report(const packet *packet) {
  if (state != DEPLOY_ASKED || packet->command != (SERVICE_GET | DEPLOY_REGISTER_PROGRAM_HASH))
    return;
  if (packet->length != sizeof stored_hash) return;
  memcpy(&stored_hash, packet->payload, sizeof stored_hash);
  state = DEPLOY_ANSWERED;
}

/*
 * Restarts the board if a deploy was cut off. The virtual machine stops its program before it
 * receives another, and waits for the rest without a timeout. The previous program is still in
 * flash, so it runs after a restart.
 */
static void restart_where_cut_off(uint64_t now_micros) {
  static uint32_t had;
  static uint64_t since_micros;
  const uint32_t has = program_store_unfinished();
  if (has != had) {
    had = has;
    since_micros = now_micros;
  } else if (has > 0 && now_micros - since_micros > DEPLOY_CUT_OFF_MS * 1000ull) {
    console_line("deploy interrupted, restarting the previous program", NULL);
    board_reset();
  }
}

void deploy_step(uint64_t now_micros) {
  restart_where_cut_off(now_micros);
  if (state == DEPLOY_WANTED) ask();
  if (state != DEPLOY_ANSWERED) return;
  state = DEPLOY_DONE;
  const package *const package = package_find();
  const uint32_t length = package->program_length;
  if (stored_hash != hash(package->program, length)) {
    const uint32_t result = vm_jd_em_devs_deploy(vm_address_of(package->program), length);
    if (result != 0) {
      console_line("virtual machine rejected the program, error ", console_number((int32_t)result),
                   NULL);
      return;
    }
  }
  package_applied();
}
