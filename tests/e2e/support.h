/* What suites of hard times share: segments made around the program, and a look at every byte that
 * it sent. */
#ifndef SHMLENS_TESTS_E2E_SUPPORT_H
#define SHMLENS_TESTS_E2E_SUPPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness.h"

/* A user without rights of root's, to run programs as: when we are root, and that user can run the
 * program where it lies. 0: as we are. */
uid_t support_ordinary_user(void);

/* Makes a segment with these first bytes; 0600. */
void support_make(const char *name, const void *bytes, size_t n, uint64_t size);

/* Of the segment, asked around the program. */
uint64_t support_size(const char *name);
uint64_t support_blocks(const char *name); /* st_blocks: 0 while no page is resident */
void support_bytes(const char *name, uint64_t offset, void *buf, size_t n);

/* What of a text could do something to a terminal or is no UTF-8: controls (newline and tab
 * aside), C1, bidi controls, invalid bytes. NULL: nothing; else what and where (static). */
const char *support_unclean_text(const char *text, size_t n);

/* The same for all that a program on a terminal sent so far (of the last E2E_LOG_MAX): it may move
 * the cursor, draw, and switch the modes of a full-screen program, nothing else. For
 * TERM=xterm-256color. */
const char *support_unclean_screen(struct e2e *t);

/* Is the private mode (`2004`) on, by what was sent? */
bool support_mode(struct e2e *t, const char *mode);

/* The highest number of a colour that was sent, plus one; 0: none was. */
unsigned support_colours(struct e2e *t);

/* e2e_not_restored, and bracketed paste off. */
const char *support_not_restored(struct e2e *t);

/* Ends the program with Q; the test fails unless it exits with 0 and restores the terminal. */
void support_quit(struct e2e *t);

/* The test fails when support_unclean_screen finds something; `when` goes into the message. */
void support_check_screen(struct e2e *t, const char *when);

/* Presses each of these (NULL-terminated), and checks that after each. */
void support_press_all(struct e2e *t, const char *const *keys);

/* e2e_command, which fails the test when it printed what support_unclean_text finds. */
struct e2e_result support_run(const char *const *argv);

#endif
