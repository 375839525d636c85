/* The one door to the system. Every OS call of the backend is made by a function that begins with
 * sys_enter (which counts it, notifies tests, and may make it fail) and ends with sys_leave (which
 * writes it to the visible log). */
#ifndef SHMLENS_BACKEND_SYS_H
#define SHMLENS_BACKEND_SYS_H

#include "backend/oserr.h"

#include "backend/os.h"
#include "backend/segment.h"
#include "backend/virtual.h"

enum {
    SYS_LOG_KEPT = 1000, /* entries of the log */
    SYS_LOG_BACK = 12,   /* a call of a series is folded into one at most this many entries back */
};

/* One entry of the log, and what makes another call equal to it. */
struct sys_entry {
    struct oscall call;
    uint64_t key; /* hash of the text, or the caller's key */
};

struct backend {
    struct os_monitor *lock; /* guards everything below */
    struct sys_entry *ring;  /* SYS_LOG_KEPT entries; entry number i is ring[i % SYS_LOG_KEPT] */
    uint64_t entries;        /* entries ever written */
    uint64_t calls;          /* calls ever made, folded ones included */
    uint64_t fail_in;        /* the call counted down to will fail; 0: none */
    uint32_t fail_code;      /* with this code */
    void (*on_call)(void *ctx, const struct oscall *call);
    void *on_call_ctx;
    seg_recording_open *open_recording; /* NULL: recordings cannot be opened */
    void (*before)(void *ctx, const char *call);
    void *before_ctx;
    bool anon_devices_known;
    uint64_t anon_devices[8]; /* see sys_anon_devices */
};

/* Before a call: 0 to go ahead, else the code with which it must fail without being made. */
uint32_t sys_enter(struct backend *be, const char *call);

/* After a call. `code` 0: success. The format makes the whole line, ` = RESULT` and remarks
 * included; if code is not 0, what follows the last ` = ` is replaced by ` = -1 ENAME`. Equal lines
 * that follow each other are folded. Calls with the same non-zero `key` are a series: they count as
 * equal, whatever their text (that of the first one is kept) and with others between them. Returns
 * the error value of (call, code). */
#if defined(__GNUC__)
__attribute__((format(printf, 5, 6)))
#endif
struct oserr
sys_leave(struct backend *be, const char *call, uint32_t code, uint64_t key, const char *format,
          ...);

/* Folds a call of a series (key not 0) into an equal one in the log, without formatting its line.
 * False: there is none, and sys_leave must log it. */
bool sys_fold_repeat(struct backend *be, uint32_t code, uint64_t key);

/* Logs something that is not a system call: a store through the mapping. */
#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
void sys_note(struct backend *be, const char *format, ...);

/* A name as a string in C, for a log line; `"..."...`: it was too long. Bytes from 0x80 on stay.
 * Returns buf. */
enum { SYS_QUOTED = 136 };
const char *sys_quoted(const char *name, char buf[SYS_QUOTED]);

/* Zeroed memory; counts as a call for failures, but is not logged. Free it with free(). */
MUST_USE struct oserr sys_alloc(struct backend *be, size_t n, void **out);

/* Makes room for `need` items of `size` bytes in *items (capacity *cap, doubled). */
MUST_USE struct oserr sys_grow(struct backend *be, void **items, size_t *cap, size_t need,
                               size_t size);

/* A copy of a string, allocated by sys_alloc. */
MUST_USE struct oserr sys_copy(struct backend *be, const char *s, char **out);

/* Name of a system error (`EACCES`) for the log; never NULL. Per system. */
const char *sys_error_name(uint32_t code);

/* What oserr.c needs to know of the system's error codes; once per system (oserr.c in its folder).
 */

void oserr_system_text(uint32_t code, char *buf, size_t n); /* n >= 1; always terminated */
enum oserr_kind oserr_system_kind(uint32_t code);

#endif
