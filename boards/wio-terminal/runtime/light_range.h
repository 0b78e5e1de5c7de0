/* The range of light values, raw and calibrated: 0..LIGHT_MAX, as in src/common/wire.ts. */
#ifndef LIGHT_RANGE_H
#define LIGHT_RANGE_H

enum { LIGHT_MAX = 1023 };

#endif
