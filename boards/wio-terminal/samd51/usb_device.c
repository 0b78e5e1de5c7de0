/*
 * The USB controller as a full-speed device: DS60001507, USB; component/usb.h. The order of steps
 * is that of hathach/tinyusb src/portable/microchip/samd/dcd_samd.c, which works on this chip.
 */
#include "usb_device.h"

#include <string.h>

#include "clocks.h"
#include "cortex.h"
#include "pins.h"
#include "registers.h"

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

enum { USB_CTRLA_SWRST = 1, USB_CTRLA_ENABLE = 2 };
enum { USB_SYNCBUSY_SWRST = 1, USB_SYNCBUSY_ENABLE = 2 };
enum { USB_QOS_HIGH = 3 << 2 | 3 /* the memory serves USB before the core */ };
enum { USB_CTRLB_FULL_SPEED = 0 /* full speed, and DETACH (bit 0) off */ };
enum { USB_DADD_ADDEN = 0x80 };
enum { USB_INT_SUSPEND = 1, USB_INT_SOF = 1 << 2, USB_INT_EORST = 1 << 3, USB_INT_WAKEUP = 1 << 4 };
enum { USB_INT_EORSM = 1 << 5 };

#define EP_EPCFG(n) REGISTER8(USB + 0x100 + 0x20 * (n))
#define EP_STATUSCLR(n) REGISTER8(USB + 0x104 + 0x20 * (n))
#define EP_STATUSSET(n) REGISTER8(USB + 0x105 + 0x20 * (n))
#define EP_STATUS(n) REGISTER8(USB + 0x106 + 0x20 * (n))
#define EP_INTFLAG(n) REGISTER8(USB + 0x107 + 0x20 * (n))
#define EP_INTENCLR(n) REGISTER8(USB + 0x108 + 0x20 * (n))
#define EP_INTENSET(n) REGISTER8(USB + 0x109 + 0x20 * (n))

/* Bank 0 is for packets from the host (out), bank 1 for packets to the host (in). */
enum { OUT, IN };
enum { USB_TYPE_CONTROL = 1 | 1 << 4, USB_TYPE_BULK = 3 | 3 << 4, USB_TYPE_INTERRUPT_IN = 4 << 4 };
enum {
  USB_STATUS_DTGLOUT = 1,
  USB_STATUS_DTGLIN = 2,
  USB_STATUS_STALLRQ0 = 0x10,
  USB_STATUS_STALLRQ1 = 0x20
};
enum { USB_STATUS_BK0RDY = 0x40, USB_STATUS_BK1RDY = 0x80 };
enum { USB_FLAG_TRCPT0 = 1, USB_FLAG_TRCPT1 = 2, USB_FLAG_RXSTP = 0x10 };

/*
 * The fields of PCKSIZE: bytes in the packet, bytes that fit (out), and the size of the largest
 * packet.
 */
enum { USB_PCKSIZE_BYTES = 0x3fff, USB_PCKSIZE_SPACE_BIT = 14, USB_PCKSIZE_SIZE_BIT = 28 };
enum { USB_SIZE_8 = 0, USB_SIZE_64 = 3 };

enum { USB_LINES_USED = 3 };
static const unsigned lines[USB_LINES_USED] = {SAMD51_LINE_USB_OTHER, SAMD51_LINE_USB_TRCPT0,
                                               SAMD51_LINE_USB_TRCPT1};

/* A bank descriptor, which the controller reads and writes in RAM. */
typedef struct {
  uint32_t address;
  uint32_t packet_size;
  uint16_t extended;
  uint8_t status;
  uint8_t reserved[5];
} bank;
_Static_assert(sizeof(bank) == 16, "DS60001507, USB device descriptor");

static volatile bank banks[USB_ENDPOINTS][2];
static uint8_t packets[USB_ENDPOINTS][2][USB_DATA_PACKET] __attribute__((aligned(4)));
static volatile bool was_suspended; /* set by a suspend, cleared by a reset of the bus */

/*
 * Calibrates the pads with the factory's values, or with the defaults of the device pack if there
 * are none.
 */
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
    banks[endpoint][way].packet_size = size << USB_PCKSIZE_SIZE_BIT;
    banks[endpoint][way].status = 0;
  }
  EP_EPCFG(endpoint) = type;
  /* At first there is no packet to send and no room to receive one. */
  EP_STATUSCLR(endpoint) = USB_STATUS_BK1RDY | USB_STATUS_STALLRQ0 | USB_STATUS_STALLRQ1 |
                           USB_STATUS_DTGLOUT | USB_STATUS_DTGLIN;
  EP_STATUSSET(endpoint) = USB_STATUS_BK0RDY;
  EP_INTFLAG(endpoint) = 0xff;
  EP_INTENSET(endpoint) = USB_FLAG_TRCPT0 | USB_FLAG_TRCPT1 | (endpoint == 0 ? USB_FLAG_RXSTP : 0);
}

static void let_in(unsigned endpoint) {
  banks[endpoint][OUT].packet_size = (uint32_t)USB_SIZE_64 << USB_PCKSIZE_SIZE_BIT |
                                     (uint32_t)USB_DATA_PACKET << USB_PCKSIZE_SPACE_BIT;
  EP_INTFLAG(endpoint) = USB_FLAG_TRCPT0;
  EP_INTENSET(endpoint) = USB_FLAG_TRCPT0;
  EP_STATUSCLR(endpoint) = USB_STATUS_BK0RDY;
}

void usb_device_start(void) {
  clock_bus_enable(CLOCK_BUS_AHB, 10); /* USB */
  clock_bus_enable(CLOCK_BUS_APBB, 0); /* USB */
  clock_peripheral(CLOCK_CHANNEL_USB, CLOCK_GENERATOR_48MHZ);
  pin_give(PIN(PIN_PORT_A, 24), PIN_FUNCTION_H); /* D- */
  pin_give(PIN(PIN_PORT_A, 25), PIN_FUNCTION_H); /* D+ */
  /* The bootloader leaves the controller running. */
  USB_CTRLA = USB_CTRLA_SWRST;
  WAIT_FOR(!(USB_SYNCBUSY & USB_SYNCBUSY_SWRST), "USB to reset");
  calibrate_pads();
  USB_QOSCTRL = USB_QOS_HIGH;
  USB_DESCADD = (uint32_t)(uintptr_t)banks;
  USB_CTRLA = USB_CTRLA_ENABLE;
  WAIT_FOR(!(USB_SYNCBUSY & USB_SYNCBUSY_ENABLE), "USB to start");
  USB_INTFLAG = 0xffff;
  USB_INTENSET = USB_INT_EORST | USB_INT_EORSM;
  for (unsigned i = 0; i < USB_LINES_USED; i++) cortex_set_priority(lines[i], SAMD51_PRIORITY_USB);
  for (unsigned i = 0; i < USB_LINES_USED; i++) cortex_enable_interrupt(lines[i]);
  USB_CTRLB = USB_CTRLB_FULL_SPEED;
}

/* Masks USB's interrupts. The link's interrupt is more urgent and stays enabled. */
void usb_device_hold(void) { cortex_hold(SAMD51_PRIORITY_USB); }
void usb_device_resume(void) { cortex_release(); }

/*
 * Waits for a suspend or a resume of the bus. Only the event `next` may interrupt, because the
 * opposite event may repeat. Older flags of `next` have no meaning and are cleared.
 */
static void await_on_bus(uint16_t next) {
  USB_INTENCLR = USB_INT_SUSPEND | USB_INT_WAKEUP;
  USB_INTFLAG = next;
  USB_INTENSET = next;
}

/*
 * A suspension ends with the first frame, not with WAKEUP: WAKEUP also comes with a reset of the
 * bus, and bytes that the port sent before the end of that reset would be lost.
 */
bool usb_device_is_suspended(void) { return was_suspended && !(USB_INTFLAG & USB_INT_SOF); }

void usb_device_set_address(uint8_t address) {
  USB_DADD = (uint8_t)(USB_DADD_ADDEN | address);
  /*
   * While a plug is being inserted, the bus seems to be suspended. No port can be open at that
   * time.
   */
  if (address != 0) await_on_bus(USB_INT_SUSPEND);
}

void usb_device_open_endpoints(void) {
  open(USB_ENDPOINT_NOTIFY, USB_TYPE_INTERRUPT_IN, USB_SIZE_8);
  open(USB_ENDPOINT_DATA, USB_TYPE_BULK, USB_SIZE_64);
  let_in(USB_ENDPOINT_DATA);
}

void usb_device_close_endpoints(void) {
  EP_EPCFG(USB_ENDPOINT_NOTIFY) = 0;
  EP_EPCFG(USB_ENDPOINT_DATA) = 0;
}

bool usb_device_is_sending(uint8_t endpoint) {
  return (EP_STATUS(endpoint) & USB_STATUS_BK1RDY) != 0;
}

bool usb_device_send(uint8_t endpoint, const uint8_t *bytes, size_t length) {
  if (length > USB_DATA_PACKET || usb_device_is_sending(endpoint)) return false;
  if (length > 0) memcpy(packets[endpoint][IN], bytes, length);
  banks[endpoint][IN].packet_size =
      (uint32_t)USB_SIZE_64 << USB_PCKSIZE_SIZE_BIT | (uint32_t)length;
  EP_INTFLAG(endpoint) = USB_FLAG_TRCPT1;
  EP_STATUSSET(endpoint) = USB_STATUS_BK1RDY;
  return true;
}

static size_t received_length(unsigned endpoint) {
  return banks[endpoint][OUT].packet_size & USB_PCKSIZE_BYTES;
}

const uint8_t *usb_device_received(uint8_t endpoint, size_t *length) {
  if (!(EP_INTFLAG(endpoint) & USB_FLAG_TRCPT0)) return NULL;
  *length = received_length(endpoint);
  return packets[endpoint][OUT];
}

void usb_device_release(uint8_t endpoint) { let_in(endpoint); }
void usb_device_listen(void) { let_in(USB_ENDPOINT_CONTROL); }

void usb_device_stall(uint8_t endpoint_address, bool on) {
  const unsigned endpoint = endpoint_address & 0xfu;
  /* A refused control transfer is refused in both directions. */
  const uint8_t ways = endpoint == USB_ENDPOINT_CONTROL ? USB_STATUS_STALLRQ0 | USB_STATUS_STALLRQ1
                       : endpoint_address & USB_ENDPOINT_IN ? USB_STATUS_STALLRQ1
                                                            : USB_STATUS_STALLRQ0;
  if (on) {
    EP_STATUSSET(endpoint) = ways;
    return;
  }
  /* The data toggle starts at zero, whether the endpoint was halted or not: USB 2.0, 9.4.5. */
  EP_STATUSCLR(endpoint) =
      ways | (endpoint_address & USB_ENDPOINT_IN ? USB_STATUS_DTGLIN : USB_STATUS_DTGLOUT);
}

bool usb_device_is_stalled(uint8_t endpoint_address) {
  const uint8_t way =
      endpoint_address & USB_ENDPOINT_IN ? USB_STATUS_STALLRQ1 : USB_STATUS_STALLRQ0;
  return (EP_STATUS(endpoint_address & 0xfu) & way) != 0;
}

static void poll_bus(void) {
  const uint16_t flags = USB_INTFLAG & USB_INTENSET;
  USB_INTFLAG = flags;
  if (flags & USB_INT_SUSPEND) {
    USB_INTFLAG = USB_INT_SOF; /* clears the flag of frames before the suspend */
    was_suspended = true;
    await_on_bus(USB_INT_WAKEUP);
  }
  /* After SUSPEND: if both a suspend and a resume are pending, the bus is awake. */
  if (flags & (USB_INT_WAKEUP | USB_INT_EORSM)) await_on_bus(USB_INT_SUSPEND);
  if (!(flags & USB_INT_EORST)) return;
  was_suspended = false;
  USB_INTENCLR = USB_INT_SUSPEND | USB_INT_WAKEUP;
  usb_device_set_address(0);
  open(USB_ENDPOINT_CONTROL, USB_TYPE_CONTROL, USB_SIZE_64);
  /* The bank accepts a set-up packet in any state, so its size must be set. */
  banks[USB_ENDPOINT_CONTROL][OUT].packet_size =
      (uint32_t)USB_SIZE_64 << USB_PCKSIZE_SIZE_BIT | (uint32_t)USB_CONTROL_PACKET
                                                          << USB_PCKSIZE_SPACE_BIT;
  usb_on_reset();
}

static void poll_control(void) {
  const uint8_t *const packet = packets[USB_ENDPOINT_CONTROL][OUT];
  const uint8_t flags = EP_INTFLAG(USB_ENDPOINT_CONTROL);
  /* A transfer that ended before the set-up packet, usually a status stage, is handled first. */
  if (flags & USB_FLAG_TRCPT1) {
    EP_INTFLAG(USB_ENDPOINT_CONTROL) = USB_FLAG_TRCPT1;
    usb_on_control_sent();
  }
  if (flags & USB_FLAG_TRCPT0) {
    EP_INTFLAG(USB_ENDPOINT_CONTROL) = USB_FLAG_TRCPT0;
    if (!(flags & USB_FLAG_RXSTP))
      usb_on_control_received(packet, received_length(USB_ENDPOINT_CONTROL));
  }
  if (!(flags & USB_FLAG_RXSTP)) return;
  EP_STATUSSET(USB_ENDPOINT_CONTROL) = USB_STATUS_BK0RDY;
  EP_STATUSCLR(USB_ENDPOINT_CONTROL) =
      USB_STATUS_BK1RDY | USB_STATUS_STALLRQ0 | USB_STATUS_STALLRQ1;
  const usb_setup setup = {
      .type = packet[0],
      .request = packet[1],
      .value = (uint16_t)(packet[2] | packet[3] << 8),
      .index = (uint16_t)(packet[4] | packet[5] << 8),
      .length = (uint16_t)(packet[6] | packet[7] << 8),
  };
  EP_INTFLAG(USB_ENDPOINT_CONTROL) = USB_FLAG_RXSTP;
  usb_on_setup(&setup);
}

void usb_device_interrupt(void) {
  cortex_wake();
  poll_bus();
  poll_control();
  /*
   * cortex_wake has woken the loop, which reads the data. The flag of received data stays set until
   * the bank has room again.
   */
  EP_INTFLAG(USB_ENDPOINT_DATA) = USB_FLAG_TRCPT1;
  if (EP_INTFLAG(USB_ENDPOINT_DATA) & USB_FLAG_TRCPT0)
    EP_INTENCLR(USB_ENDPOINT_DATA) = USB_FLAG_TRCPT0;
}
