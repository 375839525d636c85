/* An error is a value: the call that failed and the system's own code for it. */
#ifndef SHMLENS_BACKEND_OSERR_H
#define SHMLENS_BACKEND_OSERR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "attributes.h"

struct oserr {
    const char *call; /* static text: `shm_open`, `ftruncate`, `mmap`, ...; NULL: success */
    uint32_t code;    /* errno, GetLastError(), or one of enum seg_refusal (OSERR_OWN set) */
};

/* Our own refusals, made before or without an OS call; `call` then names our check (`seg_poke`). */
enum seg_refusal {
    OSERR_OWN = 0x40000000,
    SEG_E_LOCATOR,     /* not a kind of locator, or not of this system */
    SEG_E_NAME,        /* not a valid name: empty, `.`, a slash, longer than 255 bytes */
    SEG_E_NOT_SEGMENT, /* a directory, fifo, link or device is there */
    SEG_E_BEYOND,      /* offset or range past the end; nothing was stored */
    SEG_E_SHRANK,      /* the segment lost these bytes while we stored; the rest was stored */
    SEG_E_ALIGN,       /* compare-and-swap on an offset that is not a multiple of the size */
    SEG_E_READ_ONLY,   /* opened for reading only */
    SEG_E_UNSUPPORTED, /* this kind cannot do that (see seg_caps) */
    SEG_E_IN_USE,      /* others map or hold it: not removed without force */
    SEG_E_REPLACED,    /* the name refers to a different object than before */
    SEG_E_SIZE,        /* size 0 or larger than the kind takes */
    SEG_E_NO_SPACE,  /* a store into a hole failed: no memory for the page (the file system is full)
                      */
    SEG_E_MEMORY,    /* out of memory in this process */
    SEG_E_UNKNOWN,   /* swapped out or never written: finding out would disturb it */
    SEG_E_ID_GIVEN,  /* the system chooses ids: they cannot be requested */
    SEG_E_TO_CREATE, /* a locator that can only be created */
    SEG_E_SEALED,    /* the object refuses that permanently (F_SEAL_*) */
    SEG_E_UNPROVED,  /* no user was found, but not every process could be read */
    SEG_E_RESERVED,  /* Windows: a page that is only reserved; its owner must commit it */
    SEG_E_RECORDING, /* not a recording */
    SEG_E_NEWER,     /* a recording of an unknown version */
    SEG_E_DAMAGED,   /* a recording that is damaged where it is needed */
    SEG_E_STOPPED,   /* long work that was asked to stop */
    SEG_E_TOO_LARGE, /* a recording that holds more than there is memory for */
    SEG_E_NOT_OURS, /* a folder of state that another user could change: nothing is written there */
    SEG_E_BUSY,     /* other bits of the word change all the time: nothing was stored */
    SEG_E_NO_PROC,  /* /proc is needed and not mounted */
    SEG_E_ASIDE, /* not removed, and its name was taken meanwhile: it is /.shmlens-PID-TIME now */
    SEG_E_SLOW,  /* not done by the deadline */
    SEG_E_PRIVILEGE, /* Windows: a name of Global\ takes a right that this process has not */
    SEG_E_BOXED,     /* the boxed process ended instead of answering */
    SEG_E_NO_TRAPS,  /* breakpoints are taken and never fire: some virtual machines */
    SEG_E_STRAY,     /* a link that leads to nothing below that root folder */
    SEG_E_END
};

#define OSERR_NONE ((struct oserr){NULL, 0})

static inline bool oserr_is(struct oserr e)
{
    return e.call != NULL;
}

/* What the code means: strerror's text or our own sentence fragment; at most n bytes with the NUL.
 */
const char *oserr_text(struct oserr e, char *buf, size_t n);

/* What commands need to distinguish, whatever the system. */
enum oserr_kind {
    OSERR_K_NONE,
    OSERR_K_MISSING,
    OSERR_K_DENIED,
    OSERR_K_EXISTS,
    OSERR_K_FULL,
    OSERR_K_OTHER
};
enum oserr_kind oserr_kind(struct oserr e);

#endif
