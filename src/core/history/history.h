/* The history of a segment: every change that was seen, retained within a budget of bytes, and from
 * them the bytes of any moment since the oldest known time. Pure: times are arguments (nanoseconds
 * of one clock that does not go backwards; 0 is never), as are the current bytes.
 *
 * Changes are collected for each page of 4 KiB in a delta writer. At 32 KiB, or when all that is
 * open exceeds a quarter of the budget, they are sealed into a block (delta.h). Blocks lie in an
 * arena in the order of sealing; when the budget is exceeded the oldest block of all is dropped,
 * and nothing is known any more about the time before its last change.
 *
 * The bytes of a moment are found backwards: start from the current bytes, and undo what changed
 * after the moment. A delta block also holds the values from before its first change (its keys), so
 * only the block that contains the moment is unpacked whole; of later blocks the keys are enough.
 * Three lists complete the picture, in the same budget or of fixed size: holes that came and went,
 * sizes of the segment, and the intervals that are observed and since when. A byte that was not
 * observed at a moment is unknown then. */
#ifndef SHMLENS_CORE_HISTORY_HISTORY_H
#define SHMLENS_CORE_HISTORY_HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "attributes.h"

enum {
    HISTORY_PAGE = 4096,            /* changes are collected for aligned runs of so many bytes */
    HISTORY_STEPS_MAX = 64,         /* most moments that one call of history_steps finds */
    HISTORY_UNIT_MAX = 16,          /* bytes of a value for history_values */
    HISTORY_BUDGET_MIN = 256 * 1024 /* a smaller budget is taken as this */
};

struct history; /* opaque; takes at most `budget` bytes and a 64th more */

MUST_USE struct history *history_new(size_t budget); /* NULL: out of memory */
void history_free(struct history *h);                /* NULL is fine */

/* ---- feeding ---- */

/* [offset, offset + n) is observed from `time` on: every change there will be fed. Nothing is known
 * about it before. What is observed already keeps its earlier time. */
void history_observe(struct history *h, int64_t time, uint64_t offset, uint64_t n);

/* Since when the byte is observed, INT64_MAX: it is not; *until: the end of the bytes for which
 * that is the same. */
int64_t history_observed(const struct history *h, uint64_t offset, uint64_t *until);

/* Since when all changes of [offset, offset + n) are known; INT64_MAX: they are not. */
int64_t history_known_since(const struct history *h, uint64_t offset, uint64_t n);

/* It is not observed any more; its past becomes unknown once it is observed again. */
void history_unobserve(struct history *h, uint64_t offset, uint64_t n);

/* Bytes changed at `time` from `old` to `new`; bytes that are equal are skipped. `old` NULL: some
 * of them changed, but what they were is not known. False: out of memory; everything before `time`
 * is unknown from now on. */
bool history_add(struct history *h, int64_t time, uint64_t offset, const uint8_t *old,
                 const uint8_t *new, size_t n);

/* [offset, offset + n) became a hole at `time`, or (`hole` false) data. What its bytes changed to
 * is fed by history_add, before or after this. False: as history_add. */
bool history_hole(struct history *h, int64_t time, uint64_t offset, uint64_t n, bool hole);

/* The segment's size changed. The latest 64 such changes are retained. */
void history_size(struct history *h, int64_t time, uint64_t was, uint64_t is);

/* ---- asking ---- */

struct history_about {
    int64_t since;  /* oldest known time; 0: nothing was dropped yet */
    int64_t oldest; /* time of the oldest change retained, or one soon after; 0: none */
    int64_t newest; /* time of the newest; 0: none */
    size_t bytes;   /* of memory in use */
    size_t budget;
    uint64_t changes; /* changed bytes since the start */
};

void history_about(const struct history *h, struct history_about *about);

/* A range as it was. The arrays have n elements and are the caller's. */
struct history_view {
    uint64_t offset;
    size_t n;
    uint8_t *bytes;   /* in: current, as last fed; out: as they were */
    uint8_t *state;   /* enum byte_state; in: current; out: at that time (BEYOND: past its end) */
    int64_t *changed; /* out: time of the last change at or before that time, 0: none in `span` */
    int64_t span;     /* how far back `changed` reaches, ns */
};

/* The moment `time`, after all changes of that time. False: out of memory. */
MUST_USE bool history_at(const struct history *h, int64_t time, const struct history_view *view);

/* Was the byte in a hole at `time`? `now`: whether it and all up to *until are in one now. *until
 * is reduced to where the answer may differ. Whether it was observed then is not considered. */
bool history_hole_then(const struct history *h, int64_t time, uint64_t offset, bool now,
                       uint64_t *until);

/* The times at which something in [offset, offset + n) changed: going back from `time` (times <=
 * time, newest first) or forward (times > time, oldest first), at most `max` (<= HISTORY_STEPS_MAX)
 * distinct ones. Returns how many. */
size_t history_steps(const struct history *h, uint64_t offset, uint64_t n, int64_t time, bool back,
                     size_t max, int64_t *times);

/* The same going back, of the times in (since, time] only: costs nothing for what is older. */
size_t history_recent(const struct history *h, uint64_t offset, uint64_t n, int64_t since,
                      int64_t time, size_t max, int64_t *times);

/* The first byte of [from, end) that changed in (since, time], or the last one (`back`). Where only
 * a range is known in which something changed, all of the range counts. False: none is retained. */
bool history_changed(const struct history *h, int64_t since, int64_t time, uint64_t from,
                     uint64_t end, bool back, uint64_t *offset);

/* Divides [from, to) into `count` equal parts; newest[i] is the time of the last change of part i
 * in (since, time], 0: none. */
void history_newest(const struct history *h, int64_t since, int64_t time, uint64_t from,
                    uint64_t to, size_t count, int64_t *newest);

/* The size of the segment at a time; `now`: its current size. */
uint64_t history_size_then(const struct history *h, int64_t time, uint64_t now);

/* A value through time. */
struct history_value {
    int64_t time; /* since when it had this value; 0: since before the oldest known time */
    bool known;   /* false: its bytes are not known */
    uint8_t bytes[HISTORY_UNIT_MAX];
};

/* The values that `size` bytes at `offset` (in one page) had, newest first, beginning with the one
 * at `time`; `now`: the current bytes, as last fed. Returns how many, at most `max`. Values from
 * before the oldest known time are left out. */
size_t history_values(const struct history *h, uint64_t offset, size_t size, const uint8_t *now,
                      int64_t time, size_t max, struct history_value *out);

/* Activity: divides the time [from, to) into `count` equal parts; part[i] is the number of bytes of
 * the whole segment that changed in it. The resolution is 1/4096 of the time since the first
 * change, or finer. */
void history_activity(const struct history *h, int64_t from, int64_t to, size_t count,
                      uint64_t *part);

#endif
