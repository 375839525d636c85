/* rm, resize, chmod. */
#include <inttypes.h>
#include <string.h>

#include "backend/os.h"
#include "cli/run.h"
#include "core/number.h"
#include "core/text.h"

/* `pid comm`, each process once, all of them: who removes by force takes it from each. */
static void print_user(struct out *o, uint32_t pid, const char comm[16], bool *first)
{
    char name[80];
    (void)text_escape(name, sizeof name, comm, strnlen(comm, 16));
    out_print(o, "%s%" PRIu32 " %s", *first ? "" : ", ", pid, name);
    *first = false;
}

static int refuse(struct run *r, const char *raw, const struct seg_who *who)
{
    struct out *err = run_error_begin(r, raw);
    bool first = true;
    uint32_t me = os_pid();
    if (who->mappers_count > 0) {
        out_str(err, "still mapped by ");
    } else if (who->holders_count > 0) {
        out_str(err, "still held open by ");
    } else {
        out_str(err, "still in use by a process that cannot be named");
    }
    for (size_t i = 0; i < who->mappers_count; i++) {
        const struct seg_mapper *m = &who->mappers[i];
        if (m->pid != me && (i == 0 || who->mappers[i - 1].pid != m->pid)) {
            print_user(err, m->pid, m->comm, &first);
        }
    }
    if (who->mappers_count > 0 && who->holders_count > 0) {
        out_str(err, ", held open by ");
        first = true;
    }
    for (size_t i = 0; i < who->holders_count; i++) {
        const struct seg_holder *h = &who->holders[i];
        if (h->pid != me && (i == 0 || who->holders[i - 1].pid != h->pid)) {
            print_user(err, h->pid, h->comm, &first);
        }
    }
    out_str(err, "; --force removes the name all the same");
    run_error_end(r);
    return EXIT_ERROR;
}

static int remove_one(struct run *r, const char *raw)
{
    struct seg_who who;
    unsigned flags = (run_option(r, "force") != NULL ? SEG_RM_FORCE : 0U) |
                     (run_option(r, "dry-run") != NULL ? SEG_RM_DRY : 0U);
    struct oserr e = seg_remove(r->env->be, raw, flags, &who);
    int status = EXIT_DONE;
    if (oserr_is(e)) {
        status = e.code == SEG_E_IN_USE ? refuse(r, raw, &who) : run_fail(r, raw, "remove it", e);
    } else if ((flags & SEG_RM_DRY) != 0 || r->env->ui) {
        out_str(r->env->out, (flags & SEG_RM_DRY) != 0 ? "" : "removed ");
        out_escaped(r->env->out, raw);
        out_str(r->env->out, "\n");
    }
    seg_who_free(&who);
    return status;
}

/* The attached one; never another that has its name by now. */
static int remove_this(struct run *r, struct seg *s)
{
    struct seg_stat st;
    struct oserr e = seg_refresh(s, &st);
    if (!oserr_is(e) && st.replaced) {
        e = (struct oserr){"shm_unlink", SEG_E_REPLACED};
    }
    return oserr_is(e) ? run_fail(r, seg_locator(s), "remove it", e)
                       : remove_one(r, seg_locator(s));
}

int cmd_rm(struct run *r)
{
    int status = EXIT_DONE;
    if (r->env->ui && r->env->seg != NULL && r->words == 0) {
        return remove_this(r, r->env->seg);
    }
    for (int i = 0; i < r->words; i++) {
        char raw[LOCATOR_MAX];
        if (!run_locator(r, r->word[i], raw) || remove_one(r, raw) != EXIT_DONE) {
            status = EXIT_ERROR;
        }
    }
    return status;
}

int cmd_resize(struct run *r)
{
    uint64_t size = 0;
    if (!run_number(r, "SIZE", r->word[0], INT64_MAX, &size)) {
        return EXIT_ERROR;
    }
    struct oserr e = seg_resize(r->seg, size);
    if (oserr_is(e)) {
        return run_fail(r, NULL, "resize it", e);
    }
    if (r->env->ui) {
        out_print(r->env->out, "resized from %" PRIu64 " to %" PRIu64 " bytes\n", r->size, size);
    }
    return EXIT_DONE;
}

int cmd_chmod(struct run *r)
{
    uint32_t mode = 0;
    if (number_mode(r->word[0], &mode) != NUM_OK) {
        return run_bad_word(r, "MODE", r->word[0], "not an octal mode (0 to 7777)");
    }
    struct oserr e = seg_chmod(r->seg, mode);
    if (oserr_is(e)) {
        return run_fail(r, NULL, "change its mode", e);
    }
    if (r->env->ui) {
        out_print(r->env->out, "mode is %04" PRIo32 " now\n", mode);
    }
    return EXIT_DONE;
}
