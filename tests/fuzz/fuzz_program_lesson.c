/* Any bytes as a lesson: it is read or refused with a place, nothing in it exceeds its bounds, and
 * every string of it ends. */
#include "fuzz.h"
#include "lab/lesson.h"

static void use(const char *s)
{
    if (s != NULL)
        HOLDS(strlen(s) <= LESSON_MAX);
}

static void use_runs(const struct lesson_run *run, int runs)
{
    HOLDS(runs <= LESSON_RUNS);
    for (int i = 0; i < runs; i++) {
        HOLDS(lesson_name(run[i].peer));
        HOLDS(run[i].program == NULL || lesson_name(run[i].program));
        HOLDS(run[i].args <= LESSON_ARGS);
        for (int k = 0; k < run[i].args; k++)
            use(run[i].arg[k]);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char why[LESSON_WHY];
    struct lesson *l = lesson_parse("f", (const char *)data, size, why);
    HOLDS(l != NULL || strncmp(why, "f:", 2) == 0);
    if (l == NULL)
        return 0;
    HOLDS(lesson_name(l->name) && l->steps > 0 && l->steps <= LESSON_STEPS);
    use(l->title), use(l->open), use(l->types), use(l->text);
    use_runs(l->run, l->runs);
    for (int i = 0; i < l->steps; i++) {
        const struct lesson_step *s = &l->step[i];
        use(s->title), use(s->text), use(s->hint), use(s->solution);
        use_runs(s->run, s->runs);
        HOLDS(s->checks > 0 && s->checks <= LESSON_CHECKS && s->marks <= LESSON_MARKS);
        for (int k = 0; k < s->checks; k++)
            use(s->check[k].locator), use(s->check[k].text);
        for (int k = 0; k < s->marks; k++)
            use(s->mark[k].program), use(s->mark[k].text);
    }
    lesson_free(l);
    return 0;
}
