/* Where a command writes: a file descriptor (buffered), or a text in memory that the UI shows. */
#ifndef SHMLENS_CLI_OUT_H
#define SHMLENS_CLI_OUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "backend/oserr.h"

struct out {
    char *buf; /* pending (fd) or all (text) bytes */
    size_t length, capacity;
    int fd;       /* 1 or 2; -1: a text for the UI */
    size_t limit; /* of a text; more is dropped and `cut` set */
    bool cut;
    struct oserr error; /* first failed write; later ones do nothing */
};

void out_fd(struct out *o, int fd); /* buffered (64 KiB); allocates nothing until first use */
void out_text(struct out *o, size_t limit); /* collects into o->buf, NUL-terminated */
void out_free(struct out *o);               /* frees, does not flush */
void out_bytes(struct out *o, const void *p, size_t n);
void out_str(struct out *o, const char *s);
#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
void out_print(struct out *o, const char *format, ...);
void out_escaped(struct out *o, const char *raw); /* a raw name, through text_escape */
void out_locator(struct out *o, const char *raw); /* a raw locator, through locator_shown */

/* n writable bytes at the end (n at most OUT_ROOM), to be followed by out_used with the number
 * filled; NULL: writing failed or the text is full. */
enum { OUT_ROOM = 16384 };
char *out_room(struct out *o, size_t n);
void out_used(struct out *o, size_t n);

/* A JSON string with quotes, from valid UTF-8. out_json_part: part of one, without quotes. */
void out_json(struct out *o, const char *utf8);
void out_json_part(struct out *o, const char *utf8, size_t n);

MUST_USE bool out_flush(struct out *o); /* false: o->error says why */
void out_push(struct out *o); /* out_flush for callers who check the error later or never */

#endif
