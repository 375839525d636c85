/* What a terminal sends, turned into events: UTF-8 characters, the key sequences of xterm, rxvt,
 * the Linux console and their kin, those that terminfo adds, mouse reports (SGR and the old form),
 * pasted text. Pure: bytes and times in, events out; whatever comes, nothing but events comes out.
 *
 * Answers of the terminal (colours, versions, graphics) are strings that start with ESC ] P X ^ or _
 * and end with ST or BEL. They may come at any time, asked for by a program that ran before, and are
 * dropped whole, however they are cut into reads. Between the marks of a paste only the end mark
 * is looked for. Where an end does not come, a second of silence takes its place. */
#ifndef SHMLENS_UI_TERM_INPUT_H
#define SHMLENS_UI_TERM_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ui/term/term.h"

enum {
    INPUT_PENDING = 4096,            /* bytes kept; more than that at once are dropped */
    INPUT_LEARNED = 64,              /* sequences of the terminal's own */
    INPUT_SEQUENCE = 16,             /* longest of those, with the NUL */
    INPUT_ESC_DELAY = 25 * 1000000,  /* ns that a lone Esc waits for what may follow */
    INPUT_CUT_DELAY = 250 * 1000000, /* ns that a cut sequence or character waits for its rest */
    INPUT_SILENCE = 1000 * 1000000,  /* ns without a byte that end a paste or a string of the terminal */
};

struct input {
    uint8_t pending[INPUT_PENDING]; /* bytes not yet understood */
    size_t count;
    int64_t since; /* when the last of them came */
    bool pasting;  /* between the marks of a bracketed paste */
    bool string;   /* inside a string of the terminal's own (OSC, DCS, APC, PM, SOS) */
    bool held;     /* a mouse button is down */
    struct {
        char text[INPUT_SEQUENCE];
        struct key key;
    } learned[INPUT_LEARNED];
    int learned_count;
};

void input_init(struct input *in);

/* A sequence (starting with ESC) that this terminal sends for a key; others are ignored. */
void input_learn(struct input *in, const char *sequence, struct key key);

void input_feed(struct input *in, const void *bytes, size_t n, int64_t now);

/* The next event that is complete at `now`; false: none. */
bool input_next(struct input *in, int64_t now, struct event *out);

/* When an incomplete sequence will be taken as what it is; INT64_MAX: nothing waits. */
int64_t input_due(const struct input *in);

#endif
