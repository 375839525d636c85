/* The log of OS calls on the screen: what its parts need of each other. */
#ifndef SHMLENS_UI_FRAME_CALLS_H
#define SHMLENS_UI_FRAME_CALLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cli/out.h"
#include "ui/frame/ui.h"

enum { CALLS_KEPT = 1000 }; /* the newest, on the screen and in what is copied */

/* What a call is for; NULL: it has no part in sharing memory. */
const char *calls_gloss(const char *text);

/* Why it is made in just this way, a sentence or two for who reads the whole call; NULL: there is
 * nothing to say. */
const char *calls_why(const char *text);

/* Does it only look at the object again, as the sampler does all the time? */
bool calls_looks(const char *text);

/* Bytes of `name(`, which are never cut; the last `) = ...`, NULL: there is none. */
size_t calls_head(const char *text);
const char *calls_result(const char *text);

/* calls_program.c: calls as a C program, for Linux or for Windows. Between begin and end each
 * section and each call of the log, printable, in their order. Descriptors from PROGRAM_NUMBERS on,
 * and ids and mappings that come after the first PROGRAM_IDS and PROGRAM_MAPPINGS, have no
 * variable. */
enum { PROGRAM_NUMBERS = 1024, PROGRAM_IDS = 64, PROGRAM_MAPPINGS = 256 };

struct calls_program {
    struct out *out;
    struct {
        bool declared, open; /* has a variable; which is what the log means by the number */
    } descriptor[PROGRAM_NUMBERS];
    struct program_id {
        uint64_t number, size; /* bytes; 0: not known */
        bool declared;
    } id[PROGRAM_IDS]; /* System V */
    struct program_mapping {
        uint64_t address, length; /* in the log; 0: not known */
        int id;                   /* its index; -1: not System V */
        bool writes, live;
    } mapping[PROGRAM_MAPPINGS]; /* p1, p2, ... */
    int ids, mappings, swaps, links, checks;
    unsigned headers;      /* that the statements need, bits */
    bool stats, shm_stats; /* they fill a `struct stat`, a `struct shmid_ds` */
};

/* `out`: a text in memory, empty. */
void calls_program_begin(struct calls_program *p, struct out *out);
void calls_program_section(struct calls_program *p, const char *text);

/* `times`: how often the call and others like it were made in a row. calls_program_hidden: it is
 * left out, but what it closes or unmaps is gone. */
void calls_program_call(struct calls_program *p, const char *text, uint64_t times);
void calls_program_hidden(struct calls_program *p, const char *text);
void calls_program_end(struct calls_program *p);

/* A call that is not shown, but makes what the shown ones use. */
void calls_program_needed(struct calls_program *p, const char *text);

/* Which those are: each call of the log, the newest first, and whether it is shown. True: it has to
 * be there, because it is shown or needed. Each call needs at most one thing, so there is room. */
enum { PROGRAM_NEEDS = CALLS_KEPT };
struct calls_needs {
    struct {
        int kind; /* descriptor, id, address */
        uint64_t number;
    } need[PROGRAM_NEEDS];
    size_t count;
};
bool calls_needs(struct calls_needs *n, const char *text, bool shown);

/* screen_calls.c: copies the calls that are shown as such a program. */
void calls_copy(struct ui *ui);

/* screen_calls.c: all calls, or the essential ones; the whole call at the cursor. */
void calls_toggle(struct ui *ui);
void calls_whole(struct ui *ui);

/* `filter` in the log: shows the calls that have all of these words; asks for them when there are
 * none. Esc there: true if a filter was dropped. */
void calls_filter(struct ui *ui, const char *text);
bool calls_escape(struct ui *ui);

#endif
