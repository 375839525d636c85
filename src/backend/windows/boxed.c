/* Windows has no box of ours: nothing is read that needs one. */
#include "backend/boxed.h"

#include <stdlib.h>

#include "backend/segment.h"

struct oserr boxed_start(struct backend *be, struct boxed **out)
{
    (void)be;
    *out = NULL;
    return (struct oserr){"boxed_start", SEG_E_UNSUPPORTED};
}

void boxed_stop(struct boxed *b)
{
    (void)b;
}

struct oserr boxed_ask(struct boxed *b, const struct boxed_question *q, uint8_t **answer, size_t *n)
{
    (void)b;
    (void)q;
    *answer = NULL;
    *n = 0;
    return (struct oserr){"boxed_ask", SEG_E_UNSUPPORTED};
}

bool boxed_wanted(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    return false;
}

int boxed_main(boxed_serve *serve)
{
    (void)serve;
    return EXIT_FAILURE;
}

void boxed_use(const char *program)
{
    (void)program;
}
