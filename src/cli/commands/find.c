/* find: prints the offsets of matches. */
#include <inttypes.h>

#include "backend/os.h"
#include "cli/commands/typed.h"
#include "cli/run.h"
#include "live/search.h"

struct matches {
    struct out *out;
    bool json;
    uint64_t count, most;
};

static bool print_match(void *ctx, uint64_t offset, size_t length)
{
    struct matches *m = ctx;
    if (m->json)
        out_print(m->out, "{\"offset\":%" PRIu64 ",\"length\":%zu}\n", offset, length);
    else
        out_print(m->out, "0x%" PRIx64 "\n", offset);
    m->count++;
    return m->count < m->most && !m->out->cut && !oserr_is(m->out->error);
}

static struct find *compile(struct command_run *r, char why[FIND_WHY_MAX])
{
    const struct view *v = NULL;
    if (run_option(r, "regex") != NULL && run_option(r, "as") != NULL) {
        (void)run_usage(r, "--regex and --as do not go together");
        return NULL;
    }
    if (!run_view(r, &v))
        return NULL;
    struct find *f = run_option(r, "regex") != NULL ? find_compile_regex(r->word[0], why)
                     : v != NULL                    ? find_compile_view(v, r->word[0], why)
                                                    : find_compile(r->word[0], why);
    if (f == NULL)
        (void)run_error(r, "PATTERN: %s", why);
    return f;
}

int cmd_find(struct command_run *r)
{
    char why[FIND_WHY_MAX] = "";
    struct matches m = {
        .out = r->env->out, .json = run_option(r, "json") != NULL, .most = UINT64_MAX};
    if (typed_wanted(r))
        return find_typed(r);
    if (!run_at(r, "at", r->seg, NULL) || !run_count_option(r, "count", &m.most))
        return EXIT_ERROR;
    struct find *f = compile(r, why);
    if (f == NULL)
        return EXIT_ERROR;
    struct pattern_search s = {.seg = r->seg,
                               .find = f,
                               .progress = r->env->progress,
                               .may_map = r->env->ui,
                               .hands = os_cores(),
                               .skip_unknown = r->env->when != NULL};
    enum search_result result = search_all(&s, 0, UINT64_MAX, print_match, &m);
    find_free(f);
    if (s.unknown > 0) {
        run_note(r, "%" PRIu64 " byte%s not known%s: nothing is found %s", s.unknown,
                 s.unknown == 1 ? " is" : "s are", r->env->when,
                 s.unknown == 1 ? "there" : "in them");
    }
    if (result == SEARCH_STUCK)
        return run_error(r, SEARCH_STUCK_TEXT);
    if (result == SEARCH_ERROR)
        return run_fail(r, NULL, "read it", s.error);
    if (result == SEARCH_CANCELLED)
        return EXIT_STOPPED;
    return m.count > 0 ? EXIT_DONE : EXIT_NO;
}
