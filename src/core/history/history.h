/* The history of a segment: every change that was seen, kept as long as a budget of bytes allows,
 * and the bytes of any moment that it reaches back to. Pure: times are arguments (nanoseconds of
 * one clock that does not go backwards; 0 is never), as are the bytes of now.
 *
 * Changes are gathered per page of 4 KiB and packed into blocks (core/delta.h); when the budget is
 * full the oldest block is dropped, and nothing is known any more of the time before it ended. A
 * block brings the values from before it, so a moment is found by unpacking one block of a page and
 * the keys of those behind it. Holes that came and went are a list of their own, in the same
 * budget.
 */
#ifndef SHMLENS_CORE_HISTORY_HISTORY_H
#define SHMLENS_CORE_HISTORY_HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "attributes.h"

enum {
    HISTORY_PAGE = 4096,            /* changes are gathered by aligned stretches of so many bytes */
    HISTORY_STEPS_MAX = 64,         /* moments that history_steps finds at most */
    HISTORY_UNIT_MAX = 16,          /* bytes of a value for history_values */
    HISTORY_BUDGET_MIN = 256 * 1024 /* a smaller budget is taken as this */
};

struct history; /* opaque; owns all that it keeps, at most `budget` bytes and a 64th more */

MUST_USE struct history *history_new(size_t budget); /* NULL: out of memory */
void history_free(struct history *h);                /* NULL is fine */

/* ---- feeding ---- */

/* [offset, offset + n) is looked at from `time` on: what changes there is told. Of the time before
 * nothing is known. A stretch looked at already keeps its earlier time. */
void history_observe(struct history *h, int64_t time, uint64_t offset, uint64_t n);

/* It is not looked at any more; what is known of it is forgotten when it is watched again. */
void history_unobserve(struct history *h, uint64_t offset, uint64_t n);

/* Bytes changed: `new` is what they are since `time`; only where `old` differs is it kept. `old`
 * NULL: something in them changed, but what they were before is not known. False: out of memory;
 * what was before `time` is not known any more. */
bool history_add(struct history *h, int64_t time, uint64_t offset, const uint8_t *old,
                 const uint8_t *new, size_t n);

/* [offset, offset + n) is a hole (`hole`) from `time` on, and was none before, or the other way
 * round. What its bytes changed to is told by history_add, before or after this. False: as
 * history_add.
 */
bool history_hole(struct history *h, int64_t time, uint64_t offset, uint64_t n, bool hole);

/* The segment's size changed. The newest 64 such changes are kept. */
void history_size(struct history *h, int64_t time, uint64_t was, uint64_t is);

/* ---- asking ---- */

struct history_about {
    int64_t since;  /* no moment before this is known; 0: all that was fed still is */
    int64_t oldest; /* time of the oldest change kept, or one soon after; 0: none */
    int64_t newest; /* time of the newest; 0: none */
    size_t bytes;   /* of memory that it takes */
    size_t budget;
    uint64_t changes; /* bytes that were told to change, since the start */
};

void history_about(const struct history *h, struct history_about *about);

/* A stretch as it was. The arrays have n elements and are the caller's. */
struct history_view {
    uint64_t offset;
    size_t n;
    uint8_t *bytes;   /* in: as they are now (the last that was fed); out: as they were */
    uint8_t *state;   /* enum byte_state; in: of now; out: of then: HOLE where it was one, UNKNOWN
                         where not known, BEYOND behind the end of then */
    int64_t *changed; /* out: time of the last change at or before then, 0: none in `span` */
    int64_t span;     /* how far back `changed` looks, ns */
};

/* The moment `time`: changes of that time have happened. False: out of memory. */
MUST_USE bool history_at(const struct history *h, int64_t time, const struct history_view *view);

/* Was the byte in a hole at `time`? `now`: it is one now, and so are those up to *until, which
 * becomes nearer where the answer may be another one. What was not watched then is not looked at
 * here. */
bool history_hole_then(const struct history *h, int64_t time, uint64_t offset, bool now,
                       uint64_t *until);

/* The moments at which something in [offset, offset + n) changed, from `time` on into the past
 * (back: times <= time, newest first) or into the future (times > time, oldest first): at most
 * `max` (<= HISTORY_STEPS_MAX) distinct ones. How many there were. */
size_t history_steps(const struct history *h, uint64_t offset, uint64_t n, int64_t time, bool back,
                     size_t max, int64_t *times);

/* The first byte of [from, end) that changed in (since, time], or the last one (`back`): the bytes
 * themselves, where it is known which they were, else the first of those among which it was. Only
 * what is kept counts. False: none. */
bool history_changed(const struct history *h, int64_t since, int64_t time, uint64_t from,
                     uint64_t end, bool back, uint64_t *offset);

/* [from, to) is cut into `count` equal parts; newest[i] is the time of the last change in (since,
 * time] in part i, 0: none. */
void history_newest(const struct history *h, int64_t since, int64_t time, uint64_t from,
                    uint64_t to, size_t count, int64_t *newest);

/* The size of the segment at a moment; `now`: its size now. */
uint64_t history_size_then(const struct history *h, int64_t time, uint64_t now);

/* A value through time. */
struct history_value {
    int64_t time; /* since when it was this; 0: since before what is known */
    bool known;   /* false: something was there, not known what */
    uint8_t bytes[HISTORY_UNIT_MAX];
};

/* The values that `size` bytes at `offset` (in one page) had, newest first, beginning with the one
 * at `time` (`now`: the bytes as they are now, the last that was fed). At most `max`; how many. A
 * value from before anything is known is left out. */
size_t history_values(const struct history *h, uint64_t offset, size_t size, const uint8_t *now,
                      int64_t time, size_t max, struct history_value *out);

/* Bytes changed over time: [from, to) is cut into `count` equal parts; part[i] is how many bytes
 * changed in it. Of the whole segment, as fine as the time since the first change allows (1 part in
 * 4,000). */
void history_activity(const struct history *h, int64_t from, int64_t to, size_t count,
                      uint64_t *part);

#endif
