/* How often a segment is looked at in which nothing happens. */
#ifndef SHMLENS_LIVE_REST_H
#define SHMLENS_LIVE_REST_H

#include <stdbool.h>
#include <stdint.h>

enum {
    REST_AFTER = 1000,    /* ms without a change or a request until it is at rest, */
    REST_LONG = 30000,    /* and until that is a long rest */
    REST_WHOLE = 100,     /* ms between whole samples at rest, */
    REST_WHOLE_LONG = 300 /* and in a long rest */
};

/* ns between two looks, after so many ns of quiet, where `period` was asked for. */
int64_t rest_period(int64_t quiet, int64_t period);

struct sampler;
struct sample_request;

/* At rest: is the window as it was published last? False also when only a whole sample tells, or
 * one is due. Makes no system call. */
bool rest_unchanged(struct sampler *s, const struct sample_request *want, int64_t now);

#endif
