#include "status.h"

#include <stddef.h>
#include <string.h>

#include "board.h"
#include "console.h"
#include "credentials.h"
#include "last_words.h"
#include "light_bulb.h"
#include "light_range.h"
#include "package.h"
#include "program_watch.h"
#include "socket.h"
#include "text_join.h"
#include "trial_keeper.h"
#include "vm_layout.h"
#include "vm_memory.h"
#include "wifi.h"

/*
 * If a connect takes longer than this, the screen shows it: a packet was lost, or the host is down.
 */
enum { STATUS_SLOW_S = 3 };

enum { STATUS_FULL = 65535, STATUS_NO_THRESHOLD = 0xffff };

static const char *or_empty(const char *text) { return text ? text : ""; }

static void light_and_led(status *into) {
  const uint16_t own = (uint16_t)((board_light() * LIGHT_MAX + STATUS_FULL / 2) / STATUS_FULL);
  into->light = program_light(own);
  into->led_on = light_bulb_is_on();
  into->led_is_manual = light_bulb_is_manual();
}

static void program(status *into) {
  const package *const package = package_find();
  const bool has_rule = package && package->threshold != STATUS_NO_THRESHOLD;
  into->threshold = has_rule ? package->threshold : -1;
  into->on_above = has_rule && package->on_above;
  into->version = package ? package->version : "";
  into->is_in_trial = trial_keeper_is_on();
  into->taken_back = trial_keeper_taken_back();
  into->id = program_id();
  into->to_do = program_to_do();
  text_join(into->decided, sizeof into->decided, program_is_alone() ? "by device" : "by server",
            NULL);
  text_join(into->outbox, sizeof into->outbox, console_number(program_outbox()), " waiting", NULL);
}

static void wifi(status *into) {
  into->wifi_name = or_empty(credentials_ssid());
  into->wifi_problem = wifi_is_up() ? "" : or_empty(wifi_problem());
  into->wifi = wifi_is_up()           ? STATUS_LINK_UP
               : wifi_is_configured() ? STATUS_LINK_STARTING
                                      : STATUS_LINK_DOWN;
  memcpy(into->address, wifi_address(), sizeof into->address);
}

/* The socket's problem; or, if a connection was made, the broker's reason from the program's log.
 */
static const char *broker_problem(const socket_facts *socket) {
  static char waiting[32];
  if (socket->connecting_s >= STATUS_SLOW_S) {
    text_join(waiting, sizeof waiting, "no answer for ", console_number(socket->connecting_s), " s",
              NULL);
    return waiting;
  }
  return *socket->problem ? socket->problem : program_problem();
}

static void broker(status *into) {
  const socket_facts *const socket = socket_look();
  const bool is_up = socket->is_open && program_is_connected();
  into->broker = is_up               ? STATUS_LINK_UP
                 : socket->is_wanted ? STATUS_LINK_STARTING
                                     : STATUS_LINK_DOWN;
  into->broker_host = socket->host;
  into->broker_port = socket->port;
  into->broker_problem = is_up ? "" : broker_problem(socket);
  into->connections = socket->opened;
  into->sent_bytes = socket->sent_bytes;
  into->received_bytes = socket->received_bytes;
}

void status_read(status *into, uint64_t now_micros) {
  light_and_led(into);
  program(into);
  wifi(into);
  broker(into);
  const char *const words = last_words_reason();
  into->last_reset = words ? words : board_reset_cause();
  into->uptime_s = (uint32_t)(now_micros / 1000000);
  into->heap_used_bytes = vm_heap_used();
  into->heap_bytes = vm_memory_size() - VM_BSS_END - VM_STACK_SIZE;
}
