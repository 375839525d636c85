/* Keeps what a command overwrites, so that the UI can undo it (core/kept_range.h). Only in the UI,
 * on its attached segment: else these do nothing. */
#ifndef SHMLENS_CLI_KEEP_H
#define SHMLENS_CLI_KEEP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "attributes.h"

struct command_run;

/* Reads what is there before [offset, offset + length) is written. False: it cannot be kept, and
 * the user is asked whether it is to be written all the same: the command ends with EXIT_NO. */
MUST_USE bool run_keep(struct command_run *r, uint64_t offset, uint64_t length);

/* The same for what cannot be kept because of `why`, such as "more than 32 MiB". True: the user has
 * agreed. */
MUST_USE bool run_unkept(struct command_run *r, const char *why, uint64_t offset, uint64_t length);

/* n bytes at `at` of the range were written: these, or all of them `byte`. Those of
 * run_keep_stored replaced `old`, where that is known better (NULL: it is not). */
void run_keep_stored(struct command_run *r, uint64_t at, const uint8_t *bytes, size_t n,
                     const uint8_t *old);
void run_keep_filled(struct command_run *r, uint64_t at, uint8_t byte, uint64_t n);

/* For the answer: why it cannot be undone, `; cannot be undone: ...`, or what takes it back. */
enum { RUN_KEEP_WORDS = 64 };
const char *run_keep_words(const struct command_run *r, char buf[RUN_KEEP_WORDS]);

#endif
