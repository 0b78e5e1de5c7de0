/*
 * The order of calls is that of TinyGo, which works on real boards (tinygo-org/drivers, rtl8720dn).
 * As in TinyGo, the adapter is initialized only after a power cut: a second initialization would
 * reset resources that are in use, and the coprocessor's firmware does not guard against that. So
 * if joining again does not solve a problem, the power is cut.
 */
#include "wifi.h"

#include <string.h>

#include "board.h"
#include "console.h"
#include "erpc_client.h"
#include "firmware_version.h"
#include "wifi_calls.h"

typedef enum {
  WIFI_STATE_OFF,
  WIFI_STATE_POWER_UP,
  WIFI_STATE_PROBE,
  WIFI_STATE_POWER_UP_OLD, /* no reply: try the baud rate of older firmware */
  WIFI_STATE_PROBE_OLD,
  WIFI_STATE_PREPARE_ADAPTER,
  WIFI_STATE_RADIO_OFF,
  WIFI_STATE_RADIO_ON,
  WIFI_STATE_LEAVE,
  WIFI_STATE_JOIN,
  WIFI_STATE_DHCP,
  WIFI_STATE_ADDRESS,
  WIFI_STATE_UP,
  WIFI_STATE_CHECK, /* a call had no reply: check that the coprocessor responds, and is joined */
  WIFI_STATE_CHECK_JOINED
} step;

static const char *ssid, *password;
static step state;
static uint64_t due_micros;
static uint64_t now;
static uint32_t retry_ms;
static unsigned failed_probes;
static unsigned failed_joins;
static unsigned misses;
static uint32_t generation;
static bool is_other_network; /* `ssid` and `password` have changed since the last join */
static uint8_t address[4];

static void go(step next, uint32_t delay_ms) {
  state = next;
  due_micros = now + (uint64_t)delay_ms * 1000;
}

/* Tries again later, with a longer pause each time. */
static void retry(step next, const char *why) {
  wifi_problem_is(why, NULL);
  console_line("wifi: ", why, ", retrying in ", console_number(retry_ms), " ms", NULL);
  go(next, retry_ms);
  retry_ms = retry_ms * 2 < WIFI_RETRY_MAX_MS ? retry_ms * 2 : WIFI_RETRY_MAX_MS;
}

static void power_cycle(const char *why) {
  board_link_power(false);
  board_link_baud(WIFI_BAUD);
  erpc_restart();
  failed_probes = failed_joins = 0;
  retry(WIFI_STATE_POWER_UP, why);
}

/* Joins again; after several failures, restarts the coprocessor. */
static void join_failed(const char *why) {
  if (++failed_joins < WIFI_JOINS_PER_POWER_UP) retry(WIFI_STATE_LEAVE, why);
  else power_cycle(why);
}

static void lose_network(void) {
  generation++;
  memset(address, 0, sizeof address);
}

static void want(const char *new_ssid, const char *new_password) {
  ssid = new_ssid;
  password = new_password && *new_password ? new_password : NULL;
}

void wifi_init(const char *new_ssid, const char *new_password) {
  want(new_ssid, new_password);
  retry_ms = WIFI_RETRY_FIRST_MS;
  generation = 1;
  is_other_network = false;
  state = WIFI_STATE_OFF;
  failed_probes = failed_joins = 0;
  board_link_power(false);
  erpc_restart();
  erpc_listen(wifi_hint);
  now = board_micros();
  if (ssid) {
    go(WIFI_STATE_POWER_UP, WIFI_POWER_OFF_MS);
  } else {
    wifi_problem_is("no network name set", NULL);
    console_line("wifi: off, no WIFI_SSID in the settings", NULL);
  }
}

void wifi_use(const char *new_ssid, const char *new_password) {
  want(new_ssid, new_password);
  is_other_network = true;
}

/*
 * Switches to the other network. Called only after the current call has ended, so that no call ends
 * in the wrong network.
 */
static void change_network(void) {
  is_other_network = false;
  retry_ms = WIFI_RETRY_FIRST_MS;
  failed_joins = 0;
  if (state > WIFI_STATE_JOIN) lose_network();
  if (!ssid) {
    state = WIFI_STATE_OFF;
    board_link_power(false);
    wifi_problem_is("no network name set", NULL);
  } else if (state == WIFI_STATE_OFF) {
    go(WIFI_STATE_POWER_UP, WIFI_POWER_OFF_MS);
  } else if (state >= WIFI_STATE_LEAVE) {
    go(WIFI_STATE_LEAVE, 0);
  }
}

bool wifi_is_up(void) { return state == WIFI_STATE_UP; }
bool wifi_is_changing(void) { return is_other_network; }
const uint8_t *wifi_address(void) { return address; }
bool wifi_is_configured(void) { return ssid != NULL; }
uint32_t wifi_generation(void) { return generation; }

void wifi_suspect(void) {
  if (state != WIFI_STATE_UP) return;
  failed_probes = 0;
  go(WIFI_STATE_CHECK, 0);
}

void wifi_restart(const char *why) {
  if (state > WIFI_STATE_JOIN) lose_network();
  power_cycle(why);
}

void wifi_hint(void) {
  if (state == WIFI_STATE_UP) go(WIFI_STATE_UP, 0);
}

static bool unanswered(const erpc_reader *reply) {
  if (!reply) power_cycle("coprocessor call timed out");
  return !reply;
}

/*
 * Cuts the coprocessor's power, because bytes at the wrong baud rate have confused it, and tries
 * the baud rate of older firmware.
 */
static void probe_old(void) {
  console_line("wifi: coprocessor not responding, trying the baud rate of older firmware", NULL);
  board_link_power(false);
  board_link_baud(WIFI_BAUD_OF_OLD);
  erpc_restart();
  failed_probes = 0;
  go(WIFI_STATE_POWER_UP_OLD, WIFI_POWER_OFF_MS);
}

static void silent(void) {
  const unsigned probes = state == WIFI_STATE_PROBE_OLD ? WIFI_PROBES_OF_OLD : WIFI_PROBES;
  if (++failed_probes < probes) {
    go(state, WIFI_PROBE_EVERY_MS);
  } else if (state == WIFI_STATE_PROBE) {
    probe_old();
  } else {
    wifi_restart("coprocessor not responding");
  }
}

/*
 * Reports firmware that is too old. The pause is long, because only an update from a computer
 * helps.
 */
static void too_old(const char *version) {
  retry_ms = WIFI_RETRY_MAX_MS;
  power_cycle("coprocessor firmware is too old");
  wifi_problem_is("coprocessor firmware ", version, " is too old, needs " FIRMWARE_VERSION_MIN,
                  NULL);
  console_line("wifi: ", wifi_problem(), NULL);
}

static void probed(erpc_reader *reply) {
  if (!reply) {
    silent();
    return;
  }
  failed_probes = 0;
  if (state == WIFI_STATE_CHECK) {
    go(WIFI_STATE_CHECK_JOINED, 0);
    return;
  }
  char version[16];
  wifi_call_text(reply, version, sizeof version);
  if (!firmware_is_new_enough(version)) {
    too_old(version);
  } else if (state == WIFI_STATE_PROBE_OLD) {
    power_cycle("coprocessor uses the wrong baud rate");
  } else {
    console_line("wifi: coprocessor firmware ", version, NULL);
    go(WIFI_STATE_PREPARE_ADAPTER, 0);
  }
}

/* Goes to the next step after any reply, whatever its result. */
static void done(erpc_reader *reply) {
  if (!unanswered(reply)) go((step)(state + 1), 0);
}

static void radio_on(erpc_reader *reply) {
  if (unanswered(reply)) return;
  if (wifi_call_result(reply) != 0) power_cycle("radio did not start");
  else go(WIFI_STATE_LEAVE, 0);
}

static void joined(erpc_reader *reply) {
  if (unanswered(reply)) return;
  if (wifi_call_result(reply) != 0) join_failed("join failed: network not found or wrong password");
  else go(WIFI_STATE_DHCP, 0);
}

/*
 * Handles the result of DHCP. If DHCP fails, the coprocessor assigns itself an address, so only the
 * result shows the failure (seeed-ambd-sdk lwip_netconf.c).
 */
static void got_lease(erpc_reader *reply) {
  if (unanswered(reply)) return;
  if (wifi_call_result(reply) != 0) join_failed("no address from DHCP");
  else go(WIFI_STATE_ADDRESS, 0);
}

static void got_address(erpc_reader *reply) {
  if (unanswered(reply)) return;
  uint32_t length;
  const uint8_t *const ip = erpc_get_binary(reply, &length);
  if (wifi_call_result(reply) != 0 || length < 4) {
    join_failed("no IP address");
    return;
  }
  memcpy(address, ip, sizeof address);
  console_line("wifi: connected, address ", console_number(ip[0]), ".", console_number(ip[1]), ".",
               console_number(ip[2]), ".", console_number(ip[3]), NULL);
  retry_ms = WIFI_RETRY_FIRST_MS;
  failed_joins = 0;
  wifi_problem_is_solved();
  go(WIFI_STATE_UP, WIFI_WATCH_EVERY_MS);
}

static void watched(erpc_reader *reply) {
  if (!reply) {
    failed_probes = 0;
    go(WIFI_STATE_CHECK, 0);
  } else if (wifi_call_result(reply) == 0) {
    misses = 0;
    go(WIFI_STATE_UP, WIFI_WATCH_EVERY_MS);
  } else if (++misses < WIFI_WATCH_MISSES) {
    go(state, WIFI_WATCH_AGAIN_MS);
  } else {
    misses = 0;
    /* The coprocessor may have reset itself and lost its radio settings, so its power is cut. */
    wifi_restart("network lost");
  }
}

void wifi_step(uint64_t now_micros) {
  now = now_micros;
  if (erpc_is_busy()) return;
  if (is_other_network) change_network();
  if (state == WIFI_STATE_OFF || now < due_micros) return;
  switch (state) {
    case WIFI_STATE_OFF:
      break;
    case WIFI_STATE_POWER_UP:
    case WIFI_STATE_POWER_UP_OLD:
      board_link_power(true);
      go(state == WIFI_STATE_POWER_UP ? WIFI_STATE_PROBE : WIFI_STATE_PROBE_OLD, WIFI_POWER_ON_MS);
      break;
    case WIFI_STATE_PROBE:
    case WIFI_STATE_PROBE_OLD:
    case WIFI_STATE_CHECK:
      wifi_call(ERPC_SYSTEM, WIFI_CALL_VERSION, WIFI_DEADLINE_VERSION_MS, probed);
      break;
    case WIFI_STATE_PREPARE_ADAPTER:
      wifi_call(ERPC_ADAPTER, WIFI_CALL_ADAPTER_INIT, WIFI_DEADLINE_MS, done);
      break;
    case WIFI_STATE_RADIO_OFF:
      wifi_call(ERPC_WIFI, WIFI_CALL_OFF, WIFI_DEADLINE_RADIO_MS, done);
      break;
    case WIFI_STATE_RADIO_ON:
      wifi_call_u32(ERPC_WIFI, WIFI_CALL_ON, WIFI_MODE_STATION, WIFI_DEADLINE_RADIO_MS, radio_on);
      break;
    case WIFI_STATE_LEAVE:
      wifi_call(ERPC_WIFI, WIFI_CALL_DISCONNECT, WIFI_DEADLINE_MS, done);
      break;
    case WIFI_STATE_JOIN:
      wifi_call_join(ssid, password, joined);
      break;
    case WIFI_STATE_DHCP:
      wifi_call_u32(ERPC_ADAPTER, WIFI_CALL_ADAPTER_DHCP_START, WIFI_INTERFACE_STATION,
                    WIFI_DEADLINE_DHCP_MS, got_lease);
      break;
    case WIFI_STATE_ADDRESS:
      wifi_call_u32(ERPC_ADAPTER, WIFI_CALL_ADAPTER_GET_IP_INFO, WIFI_INTERFACE_STATION,
                    WIFI_DEADLINE_MS, got_address);
      break;
    case WIFI_STATE_UP:
    case WIFI_STATE_CHECK_JOINED:
      wifi_call(ERPC_WIFI, WIFI_CALL_IS_CONNECTED, WIFI_DEADLINE_MS, watched);
      break;
  }
}
