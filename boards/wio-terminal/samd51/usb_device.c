/*
 * The USB controller as a full-speed device: DS60001507, USB; component/usb.h. The order of steps
 * is that of hathach/tinyusb src/portable/microchip/samd/dcd_samd.c, which runs on this chip.
 */
#include "usb_device.h"

#include <string.h>

#include "clocks.h"
#include "cortex.h"
#include "pins.h"
#include "registers.h"
#include "usb_line.h"

#define USB 0x41000000u
#define USB_CTRLA REGISTER8(USB + 0x00)
#define USB_SYNCBUSY REGISTER8(USB + 0x02)
#define USB_QOSCTRL REGISTER8(USB + 0x03)
#define USB_CTRLB REGISTER16(USB + 0x08)
#define USB_DADD REGISTER8(USB + 0x0a)
#define USB_INTENCLR REGISTER16(USB + 0x14)
#define USB_INTENSET REGISTER16(USB + 0x18)
#define USB_INTFLAG REGISTER16(USB + 0x1c)
#define USB_DESCADD REGISTER32(USB + 0x24)
#define USB_PADCAL REGISTER16(USB + 0x28)

enum { CTRLA_SWRST = 1, CTRLA_ENABLE = 2 };
enum { SYNCBUSY_SWRST = 1, SYNCBUSY_ENABLE = 2 };
enum { QOS_HIGH = 3 << 2 | 3 /* data and configuration, before the core */ };
enum { CTRLB_FULL_SPEED = 0 /* and DETACH, bit 0, off */ };
enum { DADD_ADDEN = 0x80 };
enum { INT_SUSPEND = 1, INT_SOF = 1 << 2, INT_EORST = 1 << 3, INT_WAKEUP = 1 << 4 };
enum { INT_EORSM = 1 << 5 };

#define EP_EPCFG(n) REGISTER8(USB + 0x100 + 0x20 * (n))
#define EP_STATUSCLR(n) REGISTER8(USB + 0x104 + 0x20 * (n))
#define EP_STATUSSET(n) REGISTER8(USB + 0x105 + 0x20 * (n))
#define EP_STATUS(n) REGISTER8(USB + 0x106 + 0x20 * (n))
#define EP_INTFLAG(n) REGISTER8(USB + 0x107 + 0x20 * (n))
#define EP_INTENCLR(n) REGISTER8(USB + 0x108 + 0x20 * (n))
#define EP_INTENSET(n) REGISTER8(USB + 0x109 + 0x20 * (n))

/* Bank 0 is the way out of the host, bank 1 the way in. */
enum { OUT, IN };
enum { TYPE_CONTROL = 1 | 1 << 4, TYPE_BULK = 3 | 3 << 4, TYPE_INTERRUPT_IN = 4 << 4 };
enum { STATUS_DTGLOUT = 1, STATUS_DTGLIN = 2, STATUS_STALLRQ0 = 0x10, STATUS_STALLRQ1 = 0x20 };
enum { STATUS_BK0RDY = 0x40, STATUS_BK1RDY = 0x80 };
enum { FLAG_TRCPT0 = 1, FLAG_TRCPT1 = 2, FLAG_RXSTP = 0x10 };

/* PCKSIZE: bytes of the packet, bytes that fit (out), and the largest packet. */
enum { PCKSIZE_BYTES = 0x3fff, PCKSIZE_SPACE_BIT = 14, PCKSIZE_SIZE_BIT = 28 };
enum { SIZE_8 = 0, SIZE_64 = 3 };

enum { LINES_USED = 3 };
static const unsigned lines[LINES_USED] = {LINE_USB_OTHER, LINE_USB_TRCPT0, LINE_USB_TRCPT1};

/* What the controller reads and writes in RAM. */
typedef struct {
  uint32_t address;
  uint32_t packet_size;
  uint16_t extended;
  uint8_t status;
  uint8_t reserved[5];
} bank;
_Static_assert(sizeof(bank) == 16, "DS60001507, USB device descriptor");

static volatile bank banks[ENDPOINTS][2];
static uint8_t packets[ENDPOINTS][2][DATA_PACKET] __attribute__((aligned(4)));
static volatile bool was_suspended; /* since the last reset of the bus */

/* The factory's values, and where there are none what the device pack says for them. */
static void calibrate_pads(void) {
  const uint32_t fuses = REGISTER32(0x00800084);
  uint32_t transn = fuses & 0x1f, transp = fuses >> 5 & 0x1f, trim = fuses >> 10 & 7;
  if (transn == 0x1f) transn = 5;
  if (transp == 0x1f) transp = 29;
  if (trim == 7) trim = 3;
  USB_PADCAL = (uint16_t)(transp | transn << 6 | trim << 12);
}

static void open(unsigned endpoint, uint8_t type, uint32_t size) {
  for (unsigned way = OUT; way <= IN; way++) {
    banks[endpoint][way].address = (uint32_t)(uintptr_t)packets[endpoint][way];
    banks[endpoint][way].packet_size = size << PCKSIZE_SIZE_BIT;
    banks[endpoint][way].status = 0;
  }
  EP_EPCFG(endpoint) = type;
  /* Nothing to send; no room yet. */
  EP_STATUSCLR(endpoint) =
      STATUS_BK1RDY | STATUS_STALLRQ0 | STATUS_STALLRQ1 | STATUS_DTGLOUT | STATUS_DTGLIN;
  EP_STATUSSET(endpoint) = STATUS_BK0RDY;
  EP_INTFLAG(endpoint) = 0xff;
  EP_INTENSET(endpoint) = FLAG_TRCPT0 | FLAG_TRCPT1 | (endpoint == 0 ? FLAG_RXSTP : 0);
}

static void let_in(unsigned endpoint) {
  banks[endpoint][OUT].packet_size =
      (uint32_t)SIZE_64 << PCKSIZE_SIZE_BIT | (uint32_t)DATA_PACKET << PCKSIZE_SPACE_BIT;
  EP_INTFLAG(endpoint) = FLAG_TRCPT0;
  EP_INTENSET(endpoint) = FLAG_TRCPT0;
  EP_STATUSCLR(endpoint) = STATUS_BK0RDY;
}

void usb_device_start(void) {
  clock_bus_enable(BUS_AHB, 10); /* USB */
  clock_bus_enable(BUS_APBB, 0); /* USB */
  clock_peripheral(CHANNEL_USB, GENERATOR_48MHZ);
  pin_give(PIN(PORT_A, 24), PIN_FUNCTION_H); /* D- */
  pin_give(PIN(PORT_A, 25), PIN_FUNCTION_H); /* D+ */
  /* The bootloader leaves it running. */
  USB_CTRLA = CTRLA_SWRST;
  WAIT_FOR(!(USB_SYNCBUSY & SYNCBUSY_SWRST), "USB's reset");
  calibrate_pads();
  USB_QOSCTRL = QOS_HIGH;
  USB_DESCADD = (uint32_t)(uintptr_t)banks;
  USB_CTRLA = CTRLA_ENABLE;
  WAIT_FOR(!(USB_SYNCBUSY & SYNCBUSY_ENABLE), "USB's start");
  USB_INTFLAG = 0xffff;
  USB_INTENSET = INT_EORST | INT_EORSM;
  for (unsigned i = 0; i < LINES_USED; i++) cortex_set_priority(lines[i], PRIORITY_USB);
  for (unsigned i = 0; i < LINES_USED; i++) cortex_enable_interrupt(lines[i]);
  USB_CTRLB = CTRLB_FULL_SPEED;
}

/* The link to the coprocessor is more urgent, and goes on. */
void usb_device_hold(void) { cortex_hold(PRIORITY_USB); }
void usb_device_resume(void) { cortex_release(); }

/*
 * The bus falls asleep, or wakes up: only the one that comes next may interrupt, since the other
 * may come again and again meanwhile. What it has left behind is of no meaning by then.
 */
static void await_on_bus(uint16_t next) {
  USB_INTENCLR = INT_SUSPEND | INT_WAKEUP;
  USB_INTFLAG = next;
  USB_INTENSET = next;
}

/*
 * The first frame ends a suspension, not WAKEUP: that comes with a reset of the bus, too, and what
 * the port sent until the end of the reset would be lost.
 */
bool usb_device_is_suspended(void) { return was_suspended && !(USB_INTFLAG & INT_SOF); }

void usb_device_set_address(uint8_t address) {
  USB_DADD = (uint8_t)(DADD_ADDEN | address);
  /* Before, while a plug goes in, a bus seems to sleep, and there is no port that could be open. */
  if (address != 0) await_on_bus(INT_SUSPEND);
}

void usb_device_open_endpoints(void) {
  open(ENDPOINT_NOTIFY, TYPE_INTERRUPT_IN, SIZE_8);
  open(ENDPOINT_DATA, TYPE_BULK, SIZE_64);
  let_in(ENDPOINT_DATA);
}

void usb_device_close_endpoints(void) {
  EP_EPCFG(ENDPOINT_NOTIFY) = 0;
  EP_EPCFG(ENDPOINT_DATA) = 0;
}

bool usb_device_is_sending(uint8_t endpoint) { return (EP_STATUS(endpoint) & STATUS_BK1RDY) != 0; }

bool usb_device_send(uint8_t endpoint, const uint8_t *bytes, size_t length) {
  if (length > DATA_PACKET || usb_device_is_sending(endpoint)) return false;
  if (length > 0) memcpy(packets[endpoint][IN], bytes, length);
  banks[endpoint][IN].packet_size = (uint32_t)SIZE_64 << PCKSIZE_SIZE_BIT | (uint32_t)length;
  EP_INTFLAG(endpoint) = FLAG_TRCPT1;
  EP_STATUSSET(endpoint) = STATUS_BK1RDY;
  return true;
}

static size_t received_length(unsigned endpoint) {
  return banks[endpoint][OUT].packet_size & PCKSIZE_BYTES;
}

const uint8_t *usb_device_received(uint8_t endpoint, size_t *length) {
  if (!(EP_INTFLAG(endpoint) & FLAG_TRCPT0)) return NULL;
  *length = received_length(endpoint);
  return packets[endpoint][OUT];
}

void usb_device_release(uint8_t endpoint) { let_in(endpoint); }
void usb_device_listen(void) { let_in(ENDPOINT_CONTROL); }

void usb_device_stall(uint8_t endpoint_address, bool on) {
  const unsigned endpoint = endpoint_address & 0xfu;
  /* A refused control transfer is refused both ways. */
  const uint8_t ways = endpoint == ENDPOINT_CONTROL     ? STATUS_STALLRQ0 | STATUS_STALLRQ1
                       : endpoint_address & ENDPOINT_IN ? STATUS_STALLRQ1
                                                        : STATUS_STALLRQ0;
  if (on) {
    EP_STATUSSET(endpoint) = ways;
    return;
  }
  /* The toggle starts anew, whether it was halted or not: USB 2.0, 9.4.5. */
  EP_STATUSCLR(endpoint) = ways | (endpoint_address & ENDPOINT_IN ? STATUS_DTGLIN : STATUS_DTGLOUT);
}

bool usb_device_is_stalled(uint8_t endpoint_address) {
  const uint8_t way = endpoint_address & ENDPOINT_IN ? STATUS_STALLRQ1 : STATUS_STALLRQ0;
  return (EP_STATUS(endpoint_address & 0xfu) & way) != 0;
}

static void poll_bus(void) {
  const uint16_t flags = USB_INTFLAG & USB_INTENSET;
  USB_INTFLAG = flags;
  if (flags & INT_SUSPEND) {
    USB_INTFLAG = INT_SOF; /* the frames before it */
    was_suspended = true;
    await_on_bus(INT_WAKEUP);
  }
  /* After SUSPEND: where both a beginning and an end wait, the bus is awake. */
  if (flags & (INT_WAKEUP | INT_EORSM)) await_on_bus(INT_SUSPEND);
  if (!(flags & INT_EORST)) return;
  was_suspended = false;
  USB_INTENCLR = INT_SUSPEND | INT_WAKEUP;
  usb_device_set_address(0);
  open(ENDPOINT_CONTROL, TYPE_CONTROL, SIZE_64);
  /* A set-up packet is taken whatever else is asked of the bank, and needs to know its room. */
  banks[ENDPOINT_CONTROL][OUT].packet_size =
      (uint32_t)SIZE_64 << PCKSIZE_SIZE_BIT | (uint32_t)CONTROL_PACKET << PCKSIZE_SPACE_BIT;
  usb_on_reset();
}

static void poll_control(void) {
  const uint8_t *const packet = packets[ENDPOINT_CONTROL][OUT];
  const uint8_t flags = EP_INTFLAG(ENDPOINT_CONTROL);
  /* What ended before a set-up packet came belongs before it: a status stage, as a rule. */
  if (flags & FLAG_TRCPT1) {
    EP_INTFLAG(ENDPOINT_CONTROL) = FLAG_TRCPT1;
    usb_on_control_sent();
  }
  if (flags & FLAG_TRCPT0) {
    EP_INTFLAG(ENDPOINT_CONTROL) = FLAG_TRCPT0;
    if (!(flags & FLAG_RXSTP)) usb_on_control_received(packet, received_length(ENDPOINT_CONTROL));
  }
  if (!(flags & FLAG_RXSTP)) return;
  EP_STATUSSET(ENDPOINT_CONTROL) = STATUS_BK0RDY;
  EP_STATUSCLR(ENDPOINT_CONTROL) = STATUS_BK1RDY | STATUS_STALLRQ0 | STATUS_STALLRQ1;
  const usb_setup setup = {
      .type = packet[0],
      .request = packet[1],
      .value = (uint16_t)(packet[2] | packet[3] << 8),
      .index = (uint16_t)(packet[4] | packet[5] << 8),
      .length = (uint16_t)(packet[6] | packet[7] << 8),
  };
  EP_INTFLAG(ENDPOINT_CONTROL) = FLAG_RXSTP;
  usb_on_setup(&setup);
}

void usb_device_interrupt(void) {
  cortex_wake();
  poll_bus();
  poll_control();
  /* The loop takes data; that some came has woken it. The flag stays, until there is room again. */
  EP_INTFLAG(ENDPOINT_DATA) = FLAG_TRCPT1;
  if (EP_INTFLAG(ENDPOINT_DATA) & FLAG_TRCPT0) EP_INTENCLR(ENDPOINT_DATA) = FLAG_TRCPT0;
}
