/* The one door to the system. Every OS call of the backend is made by a function that first asks
 * sys_enter (which counts it, tells tests, and may make it fail) and ends with sys_leave (which
 * writes it to the visible log). */
#ifndef SHMLENS_BACKEND_SYS_H
#define SHMLENS_BACKEND_SYS_H

#include "backend/oserr.h"

#include "backend/os.h"
#include "backend/segment.h"
#include "backend/virtual.h"

enum {
    SYS_LOG_KEPT = 1000, /* entries of the log */
    SYS_LOG_BACK = 12,   /* a call folds into an equal one at most this many entries back */
};

/* One entry of the log, and what makes another call equal to it. */
struct sys_entry {
    struct oscall call;
    uint64_t key; /* hash of the text, or what the caller gave instead */
};

struct backend {
    struct os_monitor *lock; /* guards everything below */
    struct sys_entry *ring;  /* SYS_LOG_KEPT entries; entry number i is ring[i % SYS_LOG_KEPT] */
    uint64_t entries;        /* entries ever written */
    uint64_t calls;          /* calls ever made, folded ones included */
    uint64_t fail_in;        /* the call counted down to fails; 0: none */
    uint32_t fail_code;      /* how it fails */
    void (*on_call)(void *ctx, const struct oscall *call);
    void *on_call_ctx;
    seg_recording_open *open_recording; /* NULL: recordings cannot be opened */
    void (*before)(void *ctx, const char *call);
    void *before_ctx;
    const struct seg_throttle *pace; /* of passes without their own */
    bool nameless_known;
    uint64_t nameless[8]; /* devices of objects without a file system of their own */
};

/* Before a call: 0 go ahead, else the code it has to fail with, without being made. */
uint32_t sys_enter(struct backend *be, const char *call);

/* After it. `code` 0: success. The format makes the whole line, ` = RESULT` and remarks included;
 * when code is not 0 what follows the last ` = ` is replaced by ` = -1 ENAME`. Equal lines in a
 * short cycle are folded; `key` other than 0 says that calls of this key are equal whatever their
 * text (the first one's text is kept). Returns the error value of (call, code). */
#if defined(__GNUC__)
__attribute__((format(printf, 5, 6)))
#endif
struct oserr
sys_leave(struct backend *be, const char *call, uint32_t code, uint64_t key, const char *format,
          ...);

/* The same for a call of a series (key not 0) that an equal one is in the log of already: it is
 * counted without being put into words. False: nothing was done, sys_leave has to. */
bool sys_fold_repeat(struct backend *be, uint32_t code, uint64_t key);

/* A line of the log that is no system call: a store through the mapping. */
#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
void sys_note(struct backend *be, const char *format, ...);

/* Zeroed memory; counts as a call for failures, is not logged. Free with free(). */
MUST_USE struct oserr sys_alloc(struct backend *be, size_t n, void **out);

/* Makes room for `need` items of `size` bytes in *items (capacity *cap, doubled). */
MUST_USE struct oserr sys_grow(struct backend *be, void **items, size_t *cap, size_t need,
                               size_t size);

/* A copy of a string in memory of sys_alloc. */
MUST_USE struct oserr sys_copy(struct backend *be, const char *s, char **out);

/* Name of a system error (`EACCES`) for the log; never NULL. Per system. */
const char *sys_error_name(uint32_t code);

/* What oserr.c needs to know of the system's error codes: once per system (oserr_posix.c,
 * oserr_windows.c). */

void oserr_system_text(uint32_t code, char *buf, size_t n); /* n >= 1; always terminated */
enum oserr_kind oserr_system_kind(uint32_t code);

#endif
