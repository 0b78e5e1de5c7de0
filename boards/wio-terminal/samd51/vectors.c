/*
 * The vector table, with samd51p19a.h's lines. A line that nobody enabled has no handler: one that
 * comes nevertheless is a fault.
 */
#include "vectors.h"

#include "registers.h"
#include "uart.h"
#include "usb_line.h"

static const handler vectors[FIRST_LINE + LINES] __attribute__((section(".vectors"), used)) = {
    CORTEX_VECTORS,
    [FIRST_LINE + LINE_SERCOM0 + SERCOM_LINE_DRE] = uart_link_sent,
    [FIRST_LINE + LINE_SERCOM0 + SERCOM_LINE_RXC] = uart_link_received,
    [FIRST_LINE + LINE_SERCOM2 + SERCOM_LINE_DRE] = uart_console_sent,
    [FIRST_LINE + LINE_USB_OTHER] = usb_device_interrupt,
    [FIRST_LINE + LINE_USB_TRCPT0] = usb_device_interrupt,
    [FIRST_LINE + LINE_USB_TRCPT1] = usb_device_interrupt,
};
