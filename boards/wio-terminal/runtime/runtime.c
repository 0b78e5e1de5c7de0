/*
 * The main loop: handles bytes from the coprocessor and the computer, the Jacdac services, then one
 * step of the virtual machine. No part blocks; if there is nothing to do, the core sleeps.
 */
#include "runtime.h"

#include <stddef.h>

#include "board.h"
#include "bridge.h"
#include "bus.h"
#include "console.h"
#include "credentials.h"
#include "deploy.h"
#include "device.h"
#include "erpc_client.h"
#include "last_words.h"
#include "package.h"
#include "socket.h"
#include "trial_keeper.h"
#include "vm_memory.h"
#include "vm_start.h"
#include "wifi.h"

static uint32_t longest_network_micros;

uint32_t runtime_longest_network_micros(void) { return longest_network_micros; }

static const bus_listener on_the_bus = {
    .frame = bridge_frame,
    .acknowledge = device_acknowledge,
    .command = device_handle,
    .report = deploy_saw_report,
};

void runtime_run(void) {
  console_copy_to(bridge_log);
  bus_init(&on_the_bus);
  board_init();
  console_line("Nightlight on the Wio Terminal", NULL);
  console_line("reset cause: ", board_reset_cause(), NULL);
  last_words_print();

  /* The board holds two Jacdac devices, each with an id: the virtual machine and the services. */
  /* The virtual machine sign-extends the lower half of its id, so bit 31 must be 0. */
  const uint64_t serial = board_serial_number() & ~(uint64_t)0x80000000u;
  vm_memory_init();
  vm___wasm_call_ctors();
  vm_jd_em_init();
  vm_jd_em_set_device_id_2x_i32((uint32_t)(serial >> 32), (uint32_t)serial);
  device_init(serial ^ 1);
  const package *const package = package_find();
  vm_jd_em_devs_enable_gc_stress(package && package->flags & PACKAGE_GC_STRESS);

  credentials_init();
  if (package_is_new()) {
    trial_keeper_drop();
    package_apply_settings();
    deploy_ask();
  } else if (!package) {
    console_line("no program in flash", NULL);
  }
  wifi_init(credentials_ssid(), credentials_passphrase());

  uint64_t vm_due_micros = 0;
  for (;;) {
    const uint64_t begun_micros = board_micros();
    erpc_step(begun_micros);
    credentials_step(begun_micros);
    wifi_step(begun_micros);
    socket_step(begun_micros);
    /* The clock is read again, because a write of a setting to flash takes time. */
    const uint64_t now_micros = board_micros();
    const uint32_t network_micros = (uint32_t)(now_micros - begun_micros);
    if (network_micros > longest_network_micros) longest_network_micros = network_micros;
    device_step(now_micros);
    board_step(now_micros);
    bridge_step();
    trial_keeper_step(now_micros);
    const bool has_frames = bus_deliver();
    if (has_frames || now_micros >= vm_due_micros) {
      vm_due_micros = now_micros + vm_jd_em_process();
      deploy_step(now_micros);
    } else {
      board_wait_for_interrupt();
    }
  }
}
