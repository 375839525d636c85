/* What the suites of the UI share: segments that the test writes itself (a process like any other
 * to the program), the program attached to one, and the questions that every suite asks. */
#ifndef SHMLENS_TESTS_E2E_SCENE_H
#define SHMLENS_TESTS_E2E_SCENE_H

#include <check.h>
#include <stdint.h>

#include "harness.h"

/* The first row of bytes, below title and ruler, and how many there are at 80x24. */
enum { SCENE_TOP = 2, SCENE_ROWS = 15 };

/* Makes the segment (mode 0600) and maps it read-write; fails the test when it cannot. */
uint8_t *scene_segment(const char *name, size_t size);

/* The program on this segment, with further arguments, when its first frame is there. */
struct e2e *scene_attach(const char *name, const char *const *more);
#define scene_open(name) scene_attach(name, E2E_ARGV(NULL))

/* The inspector says that the cursor is at this offset; fails when it does not come to that. */
void scene_at(struct e2e *t, uint64_t offset);

/* Waits until the other process, the test, sees this in its memory. */
void scene_memory(struct e2e *t, const uint8_t *memory, const void *bytes, size_t n);

/* Presses and waits for the text. */
void scene_press(struct e2e *t, const char *keys, const char *then);

/* Quits with Q: exit status 0, the terminal as it was. Frees. */
void scene_quit(struct e2e *t);

#endif
