/* Tests a slow connect: the events for the virtual machine, and the time of the power cut. */
#include "dial.h"
#include "check.h"
#include "erpc_client.h"
#include "erpc_frame.h"
#include "fake_board.h"
#include "socket.h"
#include "vm_imports.h"
#include "vm_memory.h"
#include "vm_start.h"
#include "wifi.h"

enum { CLOSE = 8, CONNECT = 9, ERRNO = 24 };
enum { REFUSED_BY_RST = 104, REFUSED = 111, UNREACHABLE = 113 };

uint8_t vm_memory[64];
static unsigned opened, failed;
static char failure[64];

void vm_jd_em_tcpsock_on_event(uint32_t event, uint32_t bytes, uint32_t length) {
  if (event == VM_SOCKET_OPEN) opened++;
  if (event != VM_SOCKET_ERROR) return;
  failed++;
  memcpy(failure, vm_at(bytes), length);
  failure[length] = 0;
}

static bool is_up = true, is_changing;
static unsigned power_cuts, suspicions;
bool wifi_is_up(void) { return is_up; }
bool wifi_is_configured(void) { return true; }
bool wifi_is_changing(void) { return is_changing; }
uint32_t wifi_generation(void) { return power_cuts; }
void wifi_suspect(void) { suspicions++; }
void wifi_restart(const char *why) {
  printf("power cut: %s\n", why);
  power_cuts++;
  erpc_restart();
}

/* The call that waits for the coprocessor's answer; function 0 for none. */
static struct {
  uint8_t function;
  uint8_t header[8];
} asked;

static void step(void) {
  fake_micros += 1000;
  erpc_step(fake_micros);
  socket_step(fake_micros);
  if (fake_written_length == 0) return;
  memcpy(asked.header, fake_written + 4, sizeof asked.header);
  asked.function = asked.header[1];
  fake_written_length = 0;
}

static void pass_ms(unsigned ms) {
  for (unsigned i = 0; i < ms; i++) step();
}

/* Answers the call, and runs steps until the next call. */
static void answer(int32_t result) {
  uint8_t frame[16];
  memcpy(frame + 4, asked.header, sizeof asked.header);
  frame[4] = ERPC_REPLY;
  memcpy(frame + 12, &result, sizeof result);
  erpc_seal(frame, 12);
  fake_receive(frame, sizeof frame);
  asked.function = 0;
  pass_ms(2);
}

static void want(const char *host, int32_t port) {
  vm_import__jd_tcpsock_new(vm_address_of(host), (uint32_t)port);
}

static const char home[] = "10.0.2.2", other[] = "10.0.2.3";

/* Answers all calls up to the connect, which stays unanswered. */
static void reach_connect(void) {
  pass_ms(3);
  while (asked.function != CONNECT) answer(0);
}

static void begin(const char *host) {
  opened = failed = power_cuts = suspicions = 0;
  want(host, 1883);
  reach_connect();
}

static void close_all(void) {
  vm_import__jd_tcpsock_close();
  for (int i = 0; i < 4; i++) {
    pass_ms(100);
    if (asked.function) answer(0);
  }
}

static void waits_for_a_repeated_packet(void) {
  begin(home);
  pass_ms(3000);
  CHECK(asked.function == CONNECT && socket_look()->connecting_s == 3);
  answer(0);
  CHECK(opened == 1 && failed == 0 && power_cuts == 0 && suspicions == 0);
  CHECK(socket_look()->is_open && socket_look()->connecting_s == 0);
  close_all();
}

static void reports_a_refusal(int32_t error, const char *said) {
  begin(home);
  answer(-1);
  CHECK(asked.function == ERRNO);
  answer(error);
  CHECK(failed == 1 && strcmp(failure, said) == 0 && power_cuts == 0);
  close_all();
}

static void continues_a_connect_that_timed_out(void) {
  begin(home);
  pass_ms(9600);
  CHECK(failed == 0);
  pass_ms(200);
  CHECK(failed == 1 && strcmp(failure, "connection timed out") == 0);
  CHECK(!socket_look()->is_wanted && socket_look()->connecting_s == 9);
  want(home, 1883);
  CHECK(socket_look()->is_wanted);
  pass_ms(8000);
  CHECK(failed == 1 && asked.function == CONNECT); /* nothing else was sent */
  pass_ms(2000);
  CHECK(failed == 2);
  want(home, 1883);
  answer(0);
  CHECK(opened == 1 && power_cuts == 0 && suspicions == 0);
  close_all();
}

static void closes_an_unwanted_connection(void) {
  begin(home);
  vm_import__jd_tcpsock_close();
  pass_ms(12000);
  answer(0);
  CHECK(asked.function == CLOSE && opened == 0 && failed == 0);
  answer(0);
  CHECK(asked.function == 0 && power_cuts == 0);
}

/* The time from a connect to the power cut. */
static unsigned patience_ms(void) {
  const unsigned before = power_cuts;
  unsigned ms = 0;
  for (; power_cuts == before && ms < 1000000; ms++) step();
  asked.function = 0;
  return ms;
}

static bool is_about(unsigned ms, unsigned expected_ms) {
  return ms > expected_ms - 20 && ms < expected_ms + 20;
}

static void host_answers_again(void) {
  answer(-1);
  answer(REFUSED);
  close_all();
}

static void cuts_the_power_later_each_time(void) {
  static const unsigned expected_ms[] = {25000, 50000, 100000, 100000};
  begin(home);
  for (unsigned i = 0; i < 4; i++) {
    CHECK(is_about(patience_ms(), expected_ms[i]));
    CHECK(power_cuts == i + 1 && suspicions == 0);
    want(home, 1883);
    reach_connect();
  }
  host_answers_again();
  begin(home);
  CHECK(is_about(patience_ms(), 25000));
  want(home, 1883);
  reach_connect();
  host_answers_again();
}

static void reports_a_silent_host(void) {
  begin(home);
  pass_ms(20000);
  want(home, 1883);
  pass_ms(5010);
  CHECK(power_cuts == 1 && failed == 2 && strcmp(failure, "no answer from host") == 0);
  asked.function = 0;
  pass_ms(100);
  CHECK(asked.function == 0); /* the power cut closed the handle, so close is not called */
}

static void cuts_a_connect_for_another_host_or_network(void) {
  begin(home);
  pass_ms(2000);
  want(other, 1883);
  asked.function = 0;
  reach_connect();
  CHECK(power_cuts == 1 && failed == 0);
  is_changing = true;
  pass_ms(2);
  CHECK(power_cuts == 2 && failed == 1);
  is_changing = false;
  asked.function = 0;
}

static void restarts_after_many_failures(void) {
  begin(home);
  for (int i = 0; i < 5; i++) {
    answer(-1);
    answer(UNREACHABLE);
    CHECK(failed == (unsigned)i + 1 && strcmp(failure, "host not reachable") == 0);
    if (i == 4) break;
    CHECK(asked.function == CLOSE);
    want(home, 1883);
    reach_connect();
  }
  CHECK(power_cuts == 1);
}

int main(void) {
  fake_micros = 1000;
  waits_for_a_repeated_packet();
  reports_a_refusal(REFUSED_BY_RST, "connection refused");
  reports_a_refusal(REFUSED, "connection refused");
  continues_a_connect_that_timed_out();
  closes_an_unwanted_connection();
  cuts_the_power_later_each_time();
  reports_a_silent_host();
  cuts_a_connect_for_another_host_or_network();
  restarts_after_many_failures();
  return all_checked();
}
