/* Pictures of a harness terminal as SVG: one frame, or several that move. No fonts or programs are
 * needed: text stays text, on a grid of cells. */
#ifndef SHMLENS_TESTS_E2E_SHOT_H
#define SHMLENS_TESTS_E2E_SHOT_H

#include <stdbool.h>

#include "harness.h"

enum { SHOT_FRAMES_MAX = 200 };

struct shot; /* one frame, a copy of the screen */

struct shot *shot_take(struct e2e *t);
void shot_free(struct shot *s);

/* Frames that follow each other; all of one size. */
struct shot_film {
    struct shot *frame[SHOT_FRAMES_MAX];
    int seconds_100[SHOT_FRAMES_MAX]; /* how long each is shown, in hundredths of a second */
    int count;
};

/* Adds the screen as it is now; beyond SHOT_FRAMES_MAX nothing is added. A screen equal to the last
 * frame makes that one longer. */
void shot_add(struct shot_film *film, struct e2e *t, int seconds_100);
void shot_film_free(struct shot_film *film);

/* Writes the film (a picture when it has one frame) with a title for those who cannot see it.
 * Without animation the last frame is shown. False: not all of it could be
 * written. */
bool shot_write(const struct shot_film *film, const char *path, const char *title);

#endif
