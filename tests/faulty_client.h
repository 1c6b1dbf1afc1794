/* What tests/faulty_client.c does wrong, by the environment variable GRADIOMETER_FAULT: "N:NAME",
   client N, from 1, or 0 for all of them. */
#ifndef FAULTY_CLIENT_H
#define FAULTY_CLIENT_H

/* The fault and the name that a result has for it. */
struct staged_fault {
    const char *name, *expected;
};

static const struct staged_fault staged_faults[] = {
    {"killed", "died"},         {"exits", "died"},         {"closes", "died"},
    {"stopped", "timeout"},     {"nan", "not finite"},     {"infinite", "not finite"},
    {"dimension", "size"},      {"count", "size"},         {"longer", "size"},
    {"shorter", "size"},        {"flipped", "message"},    {"version", "message"},
    {"garbage", "message"},     {"other", "message"},      {"refuses", "refused"},
    {"clipped", "calibration"}, {"scaled", "calibration"}, {"half", "died"},
};

enum { STAGED_FAULTS = sizeof staged_faults / sizeof staged_faults[0] };

#endif
