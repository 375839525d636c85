/* What the learner has done, kept in the user's state folder (`lab`), a line a step:
 *
 *     attach 2 done 1732853101               lesson, step from 1, how, seconds since 1970
 *     heap 1 done 1732853102 0x9f3c...       of a folder (--lesson-dir): a number from its path
 *
 * `shown`: with the solution on the screen; `skipped`: the machine lacked what it needs. Text in,
 * text out but for score_load and score_add. Lines that are not understood are kept. */
#ifndef SHMLENS_LAB_SCORE_H
#define SHMLENS_LAB_SCORE_H

#include "backend/oserr.h"
#include "lab/lesson.h"

enum score_how { SCORE_NOT, SCORE_SKIPPED, SCORE_SHOWN, SCORE_DONE }; /* the better the greater */

struct score_entry {
    char lesson[LESSON_NAME];
    int step; /* from 0 */
    enum score_how how;
    int64_t when;    /* seconds since 1970 */
    uint64_t folder; /* score_folder of the lesson's */
};

enum { SCORE_ENTRIES = 1024, SCORE_FILE_MAX = 65536 };

struct score {
    struct score_entry entry[SCORE_ENTRIES];
    int count;
};

const char *score_how_name(enum score_how how);

/* What stands for a folder of lessons; 0: those that are built in (NULL). */
uint64_t score_folder(const char *folder);

/* The entries of one folder. */
void score_read(const char *text, size_t n, uint64_t folder, struct score *out);

/* The text with this entry in it, malloc'd; a better one that is there already stays. NULL: out of
 * memory. */
MUST_USE char *score_write(const char *text, size_t n, const struct score_entry *e, size_t *length);

/* How a step was done; NULL: not yet. */
const struct score_entry *score_find(const struct score *s, const char *lesson, int step);

/* Steps of a lesson that count as done, and when the last of them was. */
int score_done(const struct score *s, const struct lesson *l, int64_t *last);

/* The user's own. No file is an empty score. */
MUST_USE struct oserr score_load(uint64_t folder, struct score *out);
MUST_USE struct oserr score_add(const struct score_entry *e);

#endif
