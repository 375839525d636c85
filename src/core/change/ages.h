/* Change tracking of one window of bytes: fed samples with their time, it knows what changed when.
 * Pure: time is an argument (nanoseconds of any monotonic clock). */
#ifndef SHMLENS_CORE_CHANGE_AGES_H
#define SHMLENS_CORE_CHANGE_AGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "attributes.h"
#include "core/bytes.h"

struct ages; /* opaque; owns its buffers */

/* A tracker for windows of up to `cap` bytes; NULL: out of memory. */
MUST_USE struct ages *ages_new(size_t cap);
void ages_free(struct ages *d);

/* Feeds the window [offset, offset+n) as seen at time `now`. A byte seen for the first time (the
 * window moved onto it) is not a change; what overlaps the previous window keeps its ages. HOLE to
 * DATA with value 0 is no change of value; DATA to BEYOND is none either, but BEYOND to DATA of a
 * known byte compares with 0; UNKNOWN tells nothing, the byte is compared with the last known value
 * when it is known again. Returns how many bytes changed. n <= cap. */
size_t ages_feed(struct ages *d, uint64_t offset, const uint8_t *bytes, const uint8_t *state,
                 size_t n, int64_t now);

/* Time of the last change of byte i of the newest window, 0: never seen to change. Valid until the
 * next feed. */
const int64_t *ages_changed(const struct ages *d);

/* How often byte i was seen to change since it came into the window (saturating). */
const uint32_t *ages_counts(const struct ages *d);

/* Our own store at offset is not a surprise: the next feed counts it as seen. The age of each byte
 * that it made another one starts now, its count stays. Bytes outside of the window are ignored. */
void ages_expect(struct ages *d, uint64_t offset, const uint8_t *bytes, size_t n, int64_t now);

/* For bytes of the window that were not seen to change: when somebody else saw them change, 0: not.
 */
void ages_prime(struct ages *d, const int64_t *changed, size_t n);

/* Counts start anew. */
void ages_reset_counts(struct ages *d);

/* Forgets everything (another segment, replaced). */
void ages_reset(struct ages *d);

#endif
