/* A parser from terminal input to events: UTF-8 characters, the key sequences of xterm, rxvt, the
 * Linux console and their kin, sequences from terminfo, mouse reports (SGR and the old form),
 * pasted text. Pure: bytes and times in, events out; no input can make it fail.
 *
 * Answers of the terminal (colours, versions, graphics) are strings that start with ESC ] P X ^ or
 * _ and end with ST or BEL. They may arrive at any time, asked for by a program that ran before,
 * and are dropped whole, however the reads cut them; only the colour of the background (OSC 11) is
 * an event. Between the marks of a paste only the end mark
 * is looked for. Where an end does not arrive, a second of silence takes its place. */
#ifndef SHMLENS_UI_TERM_INPUT_H
#define SHMLENS_UI_TERM_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ui/term/term.h"

enum {
    INPUT_PENDING = 4096,           /* bytes buffered; more than that at once are dropped */
    INPUT_LEARNED = 64,             /* sequences from terminfo */
    INPUT_SEQUENCE = 16,            /* longest of those, with the NUL */
    INPUT_ANSWER = 40,              /* longest answer that is understood, with the NUL */
    INPUT_ESC_DELAY = 25 * 1000000, /* ns that a lone Esc waits for more */
    INPUT_CUT_DELAY =
        250 * 1000000,              /* ns that a partial sequence or character waits for the rest */
    INPUT_SILENCE = 1000 * 1000000, /* ns without a byte that end a paste or a string */
};

struct input {
    uint8_t pending[INPUT_PENDING]; /* bytes not yet parsed */
    size_t count;
    int64_t since; /* when the last of them arrived */
    bool alone;    /* the first byte is an ESC that waited so long that it is the key */
    bool pasting;  /* between the marks of a bracketed paste */
    bool string;   /* inside a string of the terminal's own (OSC, DCS, APC, PM, SOS) */
    bool command;  /* which is an OSC: `answer` has what of it has been read */
    char answer[INPUT_ANSWER];
    size_t answered; /* bytes of it; INPUT_ANSWER: it is longer than any that is asked for */
    bool held;       /* a mouse button is down */
    struct {
        char text[INPUT_SEQUENCE];
        struct key key;
    } learned[INPUT_LEARNED];
    int learned_count;
};

void input_init(struct input *in);

/* Registers a sequence (starting with ESC) that this terminal sends for a key; others are ignored.
 */
void input_learn(struct input *in, const char *sequence, struct key key);

void input_feed(struct input *in, const void *bytes, size_t n, int64_t now);

/* The next event that is complete at `now`; false: none. */
bool input_next(struct input *in, int64_t now, struct event *out);

/* When an incomplete sequence will be taken as is; INT64_MAX: nothing is pending. */
int64_t input_due(const struct input *in);

#endif
