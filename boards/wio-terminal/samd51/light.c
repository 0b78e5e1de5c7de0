/*
 * The light sensor: ADC1, AIN15, pin PD01 (DS60001507, ADC). The ADC converts continuously. A
 * result is the sum of 16 conversions of 12 bits, so it has 16 bits. It takes some 200 µs.
 */
#include "light.h"

#include "clocks.h"
#include "pins.h"
#include "registers.h"

#define ADC1_CTRLA REGISTER16(0x43002000)
#define ADC1_INPUTCTRL REGISTER16(0x43002004)
#define ADC1_CTRLB REGISTER16(0x43002006)
#define ADC1_REFCTRL REGISTER8(0x43002008)
#define ADC1_AVGCTRL REGISTER8(0x4300200a)
#define ADC1_SAMPCTRL REGISTER8(0x4300200b)
#define ADC1_SWTRIG REGISTER8(0x43002014)
#define ADC1_INTFLAG REGISTER8(0x4300202e)
#define ADC1_SYNCBUSY REGISTER32(0x43002030)
#define ADC1_RESULT REGISTER16(0x43002040)
#define ADC1_CALIB REGISTER16(0x43002048)
enum { ADC_CTRLA_SWRST = 1, ADC_CTRLA_ENABLE = 2, ADC_CTRLA_DIV32 = 4 << 8 };
enum { ADC_INPUT_AIN15 = 15, ADC_INPUT_AGAINST_GROUND = 0x18 << 8 };
enum { ADC_CTRLB_FREERUN = 1 << 1, ADC_CTRLB_RESULT_16_BITS = 1 << 3 };
enum { ADC_REFERENCE_VDDANA = 3, ADC_AVERAGE_16 = 4, ADC_SAMPLE_CLOCKS_6 = 5 };
enum { ADC_SWTRIG_START = 2, ADC_INTFLAG_RESRDY = 1 };

/* The factory's calibration: the software calibration area, DS60001507, NVM. */
#define CALIBRATION REGISTER32(0x00800080)

static uint16_t calibration(void) {
  const uint32_t word = CALIBRATION;
  const uint32_t bias_comparator = word >> 16 & 7, bias_buffer = word >> 19 & 7;
  const uint32_t bias_r2r = word >> 22 & 7;
  return (uint16_t)(bias_comparator | bias_r2r << 4 | bias_buffer << 8);
}

static void settle(void) { WAIT_FOR(ADC1_SYNCBUSY == 0, "the light sensor ADC"); }

void light_init(void) {
  clock_bus_enable(CLOCK_BUS_APBD, 8); /* ADC1 */
  clock_peripheral(CLOCK_CHANNEL_ADC1, CLOCK_GENERATOR_48MHZ);
  pin_give(PIN(PIN_PORT_D, 1), PIN_FUNCTION_B);
  ADC1_CTRLA = ADC_CTRLA_SWRST;
  settle();
  ADC1_CALIB = calibration();
  ADC1_CTRLA = ADC_CTRLA_DIV32; /* 1.5 MHz */
  ADC1_CTRLB = ADC_CTRLB_FREERUN | ADC_CTRLB_RESULT_16_BITS;
  ADC1_REFCTRL = ADC_REFERENCE_VDDANA;
  ADC1_AVGCTRL = ADC_AVERAGE_16;
  ADC1_SAMPCTRL = ADC_SAMPLE_CLOCKS_6;
  ADC1_INPUTCTRL = ADC_INPUT_AIN15 | ADC_INPUT_AGAINST_GROUND;
  settle();
  ADC1_CTRLA |= ADC_CTRLA_ENABLE;
  settle();
  ADC1_SWTRIG = ADC_SWTRIG_START;
  settle();
  /* Do not use the first result after a start or after a change of the reference. */
  for (unsigned discarded = 0; discarded < 2; discarded++) {
    WAIT_FOR(ADC1_INTFLAG & ADC_INTFLAG_RESRDY, "a light reading");
    ADC1_INTFLAG = ADC_INTFLAG_RESRDY;
  }
}

/* Full scale is a sum of 16 × 4095, which becomes 65535. */
uint16_t light_read(void) {
  const uint16_t sum = ADC1_RESULT;
  return (uint16_t)(sum + (sum >> 12));
}
