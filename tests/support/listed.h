/* The list of segments over made-up surveys. One at a time. */
#ifndef SHMLENS_TESTS_SUPPORT_LISTED_H
#define SHMLENS_TESTS_SUPPORT_LISTED_H

#include "ui/list/list.h"

enum { KIB = 1024, MIB = 1024 * 1024 };

extern struct ui ui;

/* A made-up segment: who has it is rows of the survey from 0 on, of which there are two. */
struct made {
    const char *locator, *owner;
    enum seg_kind kind;
    uint64_t size, resident;
    uint32_t mode;
    size_t mappers;
};

enum { USUAL = 5 };
extern const struct made usual[USUAL];

/* A survey of these rows becomes the newest walk. */
void listed_survey(const struct made *made, size_t count);

/* The UI with the usual rows on 24 x 80; fixtures. */
void listed_set_up(void);
void listed_tear_down(void);

void listed_press(const char *name); /* and draws */
void listed_type(const char *text);  /* and draws */
const char *listed_cursor(void);     /* locator of the row at the cursor; empty: none */
bool listed_new(const char *locator);
char *listed_copy(const char *text); /* malloc'd */

#endif
