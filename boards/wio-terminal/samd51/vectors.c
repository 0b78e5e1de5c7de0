/*
 * The vector table: ARMv7-M Architecture Reference Manual, B1.5.3, then samd51p19a.h's lines.
 * A line that nobody enabled has no handler: one that comes nevertheless is a fault.
 */
#include <stdint.h>

#include "cortex.h"
#include "registers.h"
#include "uart.h"
#include "usb_line.h"

extern uint32_t linker_handler_stack_top[];

typedef void (*handler)(void);

static const handler vectors[16 + LINES] __attribute__((section(".vectors"), used)) = {
    [0] = (handler)linker_handler_stack_top,
    [1] = reset_handler,
    [2] = fault_handler, /* NMI */
    [3] = fault_handler, /* hard fault */
    [4] = fault_handler, /* memory management */
    [5] = fault_handler, /* bus */
    [6] = fault_handler, /* usage */
    [11] = fault_handler,
    [12] = fault_handler,
    [14] = fault_handler,
    [15] = systick_handler,
    [16 + LINE_SERCOM0 + SERCOM_LINE_DRE] = uart_link_sent,
    [16 + LINE_SERCOM0 + SERCOM_LINE_RXC] = uart_link_received,
    [16 + LINE_SERCOM2 + SERCOM_LINE_DRE] = uart_console_sent,
    [16 + LINE_USB_OTHER] = usb_device_interrupt,
    [16 + LINE_USB_TRCPT0] = usb_device_interrupt,
    [16 + LINE_USB_TRCPT1] = usb_device_interrupt,
};
