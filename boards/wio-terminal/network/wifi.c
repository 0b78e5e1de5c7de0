/*
 * The order of calls is TinyGo's, which works on real boards (tinygo-org/drivers, rtl8720dn); the
 * deadlines are ours, as no known driver has any. Function numbers: seeed-ambd-firmware erpc_idl.
 */
#include "wifi.h"

#include <stddef.h>
#include <string.h>

#include "board.h"
#include "console.h"
#include "erpc_client.h"

enum { SYSTEM_VERSION = 1 };
enum { WIFI_CONNECT = 1, WIFI_DISCONNECT = 3, WIFI_IS_CONNECTED = 4, WIFI_ON = 27, WIFI_OFF = 28 };
enum { ADAPTER_INIT = 1, ADAPTER_GET_IP_INFO = 7, ADAPTER_DHCP_START = 13 };

enum { MODE_STATION = 1, INTERFACE_STATION = 0 };
enum { SECURITY_OPEN = 0, SECURITY_WPA2_AES = 0x00400004 };

enum {
  DEADLINE_VERSION_MS = 300,
  DEADLINE_MS = 2000,
  DEADLINE_RADIO_MS = 5000,
  DEADLINE_CONNECT_MS = 25000, /* the call itself takes up to 20 s */
  DEADLINE_DHCP_MS = 60000
};

enum {
  POWER_OFF_MS = 100,
  POWER_ON_MS = 200,
  PROBE_EVERY_MS = 200,
  PROBES = 15,
  WATCH_EVERY_MS = 5000,
  WATCH_AGAIN_MS = 1000,
  WATCH_MISSES = 3, /* in a row before the network counts as lost */
  RETRY_FIRST_MS = 1000,
  RETRY_MAX_MS = 60000
};

typedef enum {
  OFF,
  POWER_UP,
  PROBE,
  PREPARE_ADAPTER,
  RADIO_OFF,
  RADIO_ON,
  LEAVE,
  JOIN,
  DHCP,
  ADDRESS,
  UP,
  CHECK, /* a call went unanswered: is the coprocessor there, and still joined? */
  CHECK_JOINED
} step;

static const char *ssid, *password;
static step state;
static uint64_t due_micros;
static uint64_t now;
static uint32_t retry_ms;
static unsigned failed_probes;
static unsigned misses;
static uint32_t generation;
static bool is_other_network; /* another is wanted than the one that was joined, or sought */
static uint8_t address[4];

static void go(step next, uint32_t delay_ms) {
  state = next;
  due_micros = now + (uint64_t)delay_ms * 1000;
}

/* Tries again later, each time later than before. */
static void retry(step next, const char *why) {
  console_line("wifi: ", why, ", again in ", console_number(retry_ms), " ms", NULL);
  go(next, retry_ms);
  retry_ms = retry_ms * 2 < RETRY_MAX_MS ? retry_ms * 2 : RETRY_MAX_MS;
}

static void power_cycle(const char *why) {
  board_link_power(false);
  erpc_restart();
  failed_probes = 0;
  retry(POWER_UP, why);
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
  retry_ms = RETRY_FIRST_MS;
  generation = 1;
  is_other_network = false;
  state = OFF;
  failed_probes = 0;
  board_link_power(false);
  erpc_restart();
  erpc_listen(wifi_hint);
  now = board_micros();
  if (ssid) go(POWER_UP, POWER_OFF_MS);
  else console_line("wifi: no WIFI_SSID among the settings, so no network", NULL);
}

void wifi_use(const char *new_ssid, const char *new_password) {
  want(new_ssid, new_password);
  is_other_network = true;
}

/* Once no call is under way, so that none ends in the wrong network. */
static void change_network(void) {
  is_other_network = false;
  retry_ms = RETRY_FIRST_MS;
  if (state > JOIN) lose_network();
  if (!ssid) {
    state = OFF;
    board_link_power(false);
  } else if (state == OFF) {
    go(POWER_UP, POWER_OFF_MS);
  } else if (state >= LEAVE) {
    go(LEAVE, 0);
  }
}

bool wifi_is_up(void) { return state == UP; }
const uint8_t *wifi_address(void) { return address; }
bool wifi_is_configured(void) { return ssid != NULL; }
uint32_t wifi_generation(void) { return generation; }

void wifi_suspect(void) {
  if (state != UP) return;
  failed_probes = 0;
  go(CHECK, 0);
}

void wifi_hint(void) {
  if (state == UP) go(UP, 0);
}

/* What a call that returns an i32 returned; a made-up failure when there was no reply. */
static int32_t outcome(erpc_reader *reply) {
  if (!reply) return -1;
  const int32_t result = (int32_t)erpc_get_u32(reply);
  return reply->failed ? -1 : result;
}

/* Where a call is not answered at all, the coprocessor has to show that it lives. */
static bool unanswered(const erpc_reader *reply) {
  if (reply) return false;
  failed_probes = 0;
  go(PROBE, 0);
  return true;
}

static void probed(erpc_reader *reply) {
  if (!reply) {
    if (++failed_probes < PROBES) go(state, PROBE_EVERY_MS);
    else {
      if (state == CHECK) lose_network();
      power_cycle("coprocessor is silent");
    }
    return;
  }
  failed_probes = 0;
  if (state == CHECK) {
    go(CHECK_JOINED, 0);
    return;
  }
  uint32_t length;
  const uint8_t *const text = erpc_get_binary(reply, &length);
  char version[16] = "";
  memcpy(version, text, length < sizeof version - 1 ? length : sizeof version - 1);
  console_line("wifi: coprocessor firmware ", version, NULL);
  go(PREPARE_ADAPTER, 0);
}

static void prepared(erpc_reader *reply) {
  if (!unanswered(reply)) go(RADIO_OFF, 0);
}

static void radio_off(erpc_reader *reply) {
  if (!unanswered(reply)) go(RADIO_ON, 0);
}

static void radio_on(erpc_reader *reply) {
  if (unanswered(reply)) return;
  if (outcome(reply) != 0) retry(RADIO_OFF, "the radio does not start");
  else go(LEAVE, 0);
}

static void left(erpc_reader *reply) {
  if (!unanswered(reply)) go(JOIN, 0);
}

static void joined(erpc_reader *reply) {
  if (unanswered(reply)) return;
  if (outcome(reply) != 0) retry(LEAVE, "cannot join");
  else go(DHCP, 0);
}

/*
 * Where DHCP fails, the coprocessor takes an address of its own invention and only the result
 * tells (seeed-ambd-sdk lwip_netconf.c).
 */
static void got_lease(erpc_reader *reply) {
  if (unanswered(reply)) return;
  if (outcome(reply) != 0) retry(LEAVE, "no address from DHCP");
  else go(ADDRESS, 0);
}

static void got_address(erpc_reader *reply) {
  if (unanswered(reply)) return;
  uint32_t length;
  const uint8_t *const ip = erpc_get_binary(reply, &length);
  if (outcome(reply) != 0 || length < 4) {
    retry(LEAVE, "no address");
    return;
  }
  memcpy(address, ip, sizeof address);
  console_line("wifi: up, ", console_number(ip[0]), ".", console_number(ip[1]), ".",
               console_number(ip[2]), ".", console_number(ip[3]), NULL);
  retry_ms = RETRY_FIRST_MS;
  go(UP, WATCH_EVERY_MS);
}

static void watched(erpc_reader *reply) {
  if (!reply) {
    failed_probes = 0;
    go(CHECK, 0);
  } else if (outcome(reply) == 0) {
    misses = 0;
    go(UP, WATCH_EVERY_MS);
  } else if (++misses < WATCH_MISSES) {
    go(state, WATCH_AGAIN_MS);
  } else {
    misses = 0;
    lose_network();
    /* A coprocessor that was reset has forgotten its radio, too: begin at the beginning. */
    retry(PROBE, "network lost");
  }
}

static void call(uint8_t service, uint8_t function, uint32_t deadline_ms, erpc_done done) {
  erpc_begin(service, function);
  erpc_submit(deadline_ms, done);
}

static void call_u32(uint8_t service, uint8_t function, uint32_t argument, uint32_t deadline_ms,
                     erpc_done done) {
  erpc_put_u32(erpc_begin(service, function), argument);
  erpc_submit(deadline_ms, done);
}

static void join(void) {
  erpc_writer *const arguments = erpc_begin(ERPC_WIFI, WIFI_CONNECT);
  erpc_put_text(arguments, ssid);
  erpc_put_nullable_text(arguments, password);
  erpc_put_u32(arguments, password ? SECURITY_WPA2_AES : SECURITY_OPEN);
  erpc_put_u32(arguments, (uint32_t)-1); /* key index: none */
  erpc_put_u32(arguments, 0);            /* semaphore: unused */
  erpc_submit(DEADLINE_CONNECT_MS, joined);
}

void wifi_step(uint64_t now_micros) {
  now = now_micros;
  if (erpc_is_busy()) return;
  if (is_other_network) change_network();
  if (state == OFF || now < due_micros) return;
  switch (state) {
    case OFF:
      break;
    case POWER_UP:
      board_link_power(true);
      go(PROBE, POWER_ON_MS);
      break;
    case PROBE:
    case CHECK:
      call(ERPC_SYSTEM, SYSTEM_VERSION, DEADLINE_VERSION_MS, probed);
      break;
    case PREPARE_ADAPTER:
      call(ERPC_ADAPTER, ADAPTER_INIT, DEADLINE_MS, prepared);
      break;
    case RADIO_OFF:
      call(ERPC_WIFI, WIFI_OFF, DEADLINE_RADIO_MS, radio_off);
      break;
    case RADIO_ON:
      call_u32(ERPC_WIFI, WIFI_ON, MODE_STATION, DEADLINE_RADIO_MS, radio_on);
      break;
    case LEAVE:
      call(ERPC_WIFI, WIFI_DISCONNECT, DEADLINE_MS, left);
      break;
    case JOIN:
      join();
      break;
    case DHCP:
      call_u32(ERPC_ADAPTER, ADAPTER_DHCP_START, INTERFACE_STATION, DEADLINE_DHCP_MS, got_lease);
      break;
    case ADDRESS:
      call_u32(ERPC_ADAPTER, ADAPTER_GET_IP_INFO, INTERFACE_STATION, DEADLINE_MS, got_address);
      break;
    case UP:
    case CHECK_JOINED:
      call(ERPC_WIFI, WIFI_IS_CONNECTED, DEADLINE_MS, watched);
      break;
  }
}
