/* resize: another size. A process that maps what is cut off dies of SIGBUS when it touches it, so
 * that is refused without --force, and who would die is named. */
#include <inttypes.h>
#include <string.h>

#include "backend/os.h"
#include "backend/survey.h"
#include "cli/run.h"
#include "core/number.h"
#include "core/plural.h"
#include "core/text.h"

enum { PAGE = 4096 }; /* the rest of the last page stays */

/* The next process after row i that maps bytes from `end` on, which is not ours; `count`: none. */
static size_t next_victim(const struct seg_who *who, size_t i, uint64_t end)
{
    for (; i < who->mappers_count; i++) {
        const struct seg_mapper *m = &who->mappers[i];
        bool again = i > 0 && who->mappers[i - 1].pid == m->pid &&
                     who->mappers[i - 1].offset + who->mappers[i - 1].length > end;
        if (m->pid != os_pid() && !again && m->offset + m->length > end)
            break;
    }
    return i;
}

static size_t count_victims(const struct seg_who *who, uint64_t end)
{
    size_t n = 0;
    for (size_t i = next_victim(who, 0, end); i < who->mappers_count;
         i = next_victim(who, i + 1, end))
        n++;
    return n;
}

/* In the shell on one line; in the UI, which asks, a line for each. */
static void print_victims(struct out *o, const struct seg_who *who, uint64_t end, bool ui)
{
    const char *gap = ui ? "\n  " : " ";
    for (size_t i = next_victim(who, 0, end); i < who->mappers_count;
         i = next_victim(who, i + 1, end)) {
        const struct seg_mapper *m = &who->mappers[i];
        char name[80];
        (void)text_escape(name, sizeof name, m->comm, strnlen(m->comm, sizeof m->comm));
        out_print(o, "%s%" PRIu32 " %s", gap, m->pid, name);
        gap = ui ? "\n  " : ", ";
    }
}

static int refuse(struct command_run *r, const struct seg_who *who, uint64_t size, uint64_t end)
{
    size_t n = count_victims(who, end);
    struct out *err = run_error_begin(r, r->raw);
    r->env->in_use = true;
    if (n > 0) {
        out_print(err,
                  "%zu process%s more than %" PRIu64
                  " bytes of it and would be killed by SIGBUS on touching the rest:",
                  n, n == 1 ? " maps" : "es map", size);
        print_victims(err, who, end, r->env->ui);
    } else {
        out_print(err,
                  "whether others map what would be cut is not known: %zu process%s could not "
                  "be read",
                  who->unreadable, who->unreadable == 1 ? "" : "es");
    }
    if (!r->env->ui)
        out_str(err, "; --force shrinks it anyway");
    run_error_end(r);
    return EXIT_ERROR;
}

/* Is it proved that no other process has it, as its removal would have to? Not all could be read.
 * Meanwhile it is released: we would be a user ourselves. */
static struct oserr prove(struct command_run *r, bool *unused)
{
    const struct seg_stat seen = *seg_last(r->seg);
    const struct seg_removal look = {r->raw, &seen, SEG_RM_DRY, r->env->pace};
    enum seg_access access = seg_get_access(r->seg);
    struct oserr e = seg_release(r->seg);
    *unused = false;
    if (oserr_is(e))
        return e;
    *unused = !oserr_is(seg_remove(r->env->be, &look, NULL));
    return seg_set_access(r->seg, access);
}

static uint64_t whole_pages(uint64_t size)
{
    return size + (PAGE - size % PAGE) % PAGE;
}

/* May it be cut to this size? */
static int check_users(struct command_run *r, uint64_t size)
{
    struct seg_who who;
    uint64_t end = whole_pages(size);
    bool unused = false;
    struct oserr e = seg_who(r->seg, r->env->pace, &who);
    size_t victims = count_victims(&who, end);
    int status = EXIT_DONE;
    if (!oserr_is(e) && victims == 0 && who.unreadable > 0)
        e = prove(r, &unused);
    if (oserr_is(e))
        status = run_fail(r, NULL, "find out who maps it", e);
    else if (victims > 0 || (who.unreadable > 0 && !unused))
        status = refuse(r, &who, size, end);
    seg_who_free(&who);
    return status;
}

int cmd_resize(struct command_run *r)
{
    uint64_t size = 0;
    if (!run_number(r, "SIZE", r->word[0], INT64_MAX, &size))
        return EXIT_ERROR;
    if (run_only_checks(r, 0, 0))
        return EXIT_DONE;
    if ((seg_caps(r->seg) & SEG_CAP_RESIZE) == 0) {
        return run_error(r, "kind %s keeps the size it was made with",
                         seg_kind_name(seg_kind(r->seg)));
    }
    bool cuts = size < r->size && whole_pages(size) < whole_pages(r->size);
    bool asks = cuts && run_option(r, "force") == NULL;
    int status = asks ? check_users(r, size) : EXIT_DONE;
    if (status != EXIT_DONE)
        return status;
    struct oserr e = seg_resize(r->seg, size);
    if (oserr_is(e))
        return run_fail(r, NULL, "resize it", e);
    if (r->env->ui)
        out_print(r->env->out, "resized from %" PRIu64 " to %" PRIu64 " byte%s\n", r->size, size,
                  plural_s(size));
    return EXIT_DONE;
}
