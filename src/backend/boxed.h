/* A process in a box: ourselves, started again to read what others wrote.
 *
 * The program that reads hostile files (debug information) is our own executable, started with one
 * hidden argument. It gets a socket, an empty environment and nothing else: no file, no terminal.
 * Before it reads the first byte it gives up everything it will not need: an unprivileged user when
 * we are root, limits on memory, time and files, and by a filter of system calls the ability to
 * open anything at all. It answers questions one at a time; descriptors of the files to read come
 * with the questions. Whatever happens to it (a crash, an endless loop, a file that is truncated
 * while it is mapped), the one who asked gets an error by the deadline, and the next question
 * starts a new one. Systems without this have functions that say so (SEG_E_UNSUPPORTED). */
#ifndef SHMLENS_BACKEND_BOXED_H
#define SHMLENS_BACKEND_BOXED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "backend/oserr.h"

struct backend;
struct boxed;

enum { BOXED_ANSWER_MAX = 64 << 20, BOXED_QUESTION_MAX = 64 << 10 };

/* Starts one. The caller ends it with boxed_stop. */
MUST_USE struct oserr boxed_start(struct backend *be, struct boxed **out);
void boxed_stop(struct boxed *b); /* kills it and frees; NULL is fine */

struct boxed_question {
    const void *bytes;
    size_t size;
    int fd;                  /* sent with it; -1: none */
    int64_t deadline;        /* of os_now */
    bool (*stop)(void *ctx); /* asked 20 times a second: true gives up. NULL: never */
    void *ctx;
};

/* Asks. *answer (*n bytes) is freed by the caller. SEG_E_SLOW: the deadline passed; SEG_E_STOPPED:
 * `stop` said so; SEG_E_BOXED: it ended. After any error it can only be stopped. */
MUST_USE struct oserr boxed_ask(struct boxed *b, const struct boxed_question *q, uint8_t **answer,
                                size_t *n);

/* ---- inside of the box ---- */

/* Is this process to be one? Asked by main() first. */
bool boxed_wanted(int argc, char **argv);

/* Answers a question; fd: the descriptor that came with it, or -1, to be closed by `serve`. *answer
 * is freed by the caller. False: it cannot go on. */
typedef bool boxed_serve(const uint8_t *question, size_t size, int fd, uint8_t **answer, size_t *n);

/* Gives up everything, then serves until nobody asks any more. Returns the status for exit. */
int boxed_main(boxed_serve *serve);

/* For tests: the program to start in place of ourselves. NULL: ourselves. */
void boxed_use(const char *program);

#endif
