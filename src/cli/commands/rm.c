/* rm and chmod. */
#include <inttypes.h>

#include "backend/os.h"
#include "backend/rights.h"
#include "cli/removal_text.h"
#include "cli/run.h"
#include "core/number.h"

static int refuse(struct command_run *r, const char *raw, struct oserr e, const struct seg_who *who)
{
    struct out *err = run_error_begin(r, raw);
    removal_why(err, raw, e, who);
    out_print(err, "; %s", run_in_use(raw));
    run_error_end(r);
    return EXIT_ERROR;
}

static int remove_one(struct command_run *r, const char *raw, const struct seg_stat *seen)
{
    struct seg_who who;
    bool dry = run_option(r, "dry-run") != NULL;
    bool used = false;
    unsigned flags = (dry ? SEG_RM_DRY : 0U) | (run_option(r, "force") != NULL ? SEG_RM_FORCE : 0U);
    const struct seg_removal what = {raw, seen, flags, r->env->pace};
    const char *irremovable = seg_words(raw)->irremovable;
    struct oserr e = removal_one(r->env->be, &what, &who, &used);
    int status = EXIT_DONE;
    bool fleeting = (seg_locator_caps(raw) & SEG_CAP_FLEETING) != 0;
    if (e.code == SEG_E_UNSUPPORTED && irremovable != NULL) {
        out_str(run_error_begin(r, raw), irremovable);
        run_error_end(r);
        status = EXIT_ERROR;
    } else if (oserr_is(e)) {
        bool may = e.code == SEG_E_IN_USE || e.code == SEG_E_UNPROVED;
        status = may ? refuse(r, raw, e, &who) : run_fail(r, raw, "remove it", e);
    } else if (fleeting && r->env->ui) {
        out_str(r->env->out, "no other user; freed when shmlens closes it\n");
    } else if (dry || r->env->ui) {
        out_str(r->env->out, dry ? "" : "removed ");
        out_locator(r->env->out, raw);
        out_str(r->env->out, "\n");
    }
    if (!oserr_is(e) && used) {
        removal_left_behind(run_error_begin(r, raw), &who);
        run_error_end(r);
    }
    seg_who_free(&who);
    return status;
}

/* Removes the attached segment, never a different one that has its name by now. While it is removed
 * we release it: we would be a user of it ourselves. */
static int remove_this(struct command_run *r, struct seg *s)
{
    struct seg_stat st;
    enum seg_access access = seg_get_access(s);
    struct oserr e = seg_refresh(s, &st);
    if (!oserr_is(e) && st.replaced)
        e = (struct oserr){"shm_unlink", SEG_E_REPLACED};
    if (!oserr_is(e) && seg_words(seg_locator(s))->irremovable == NULL)
        e = seg_release(s);
    if (oserr_is(e))
        return run_fail(r, seg_locator(s), "remove it", e);
    int status = remove_one(r, seg_locator(s), &st);
    e = seg_set_access(s, access);
    return oserr_is(e) ? run_fail(r, seg_locator(s), "open it again", e) : status;
}

int cmd_rm(struct command_run *r)
{
    int status = EXIT_DONE;
    if (r->env->ui && r->env->seg != NULL && r->words == 0)
        return remove_this(r, r->env->seg);
    for (int i = 0; i < r->words; i++) {
        char raw[LOCATOR_MAX];
        if (!progress_yield(r->env->progress, (uint64_t)i, (uint64_t)r->words))
            return EXIT_STOPPED;
        if (!run_locator(r, r->word[i], raw) || remove_one(r, raw, NULL) != EXIT_DONE)
            status = EXIT_ERROR;
    }
    return status;
}

static int set_rights(struct command_run *r)
{
    bool understood;
    struct oserr e = seg_set_rights(r->seg, r->word[0], &understood);
    if (!understood)
        return run_bad_word(r, "MODE", r->word[0],
                            "not an SDDL, as D:(A;;GRGW;;;WD) is (info shows the one it has)");
    if (oserr_is(e))
        return run_fail(r, NULL, "change its rights", e);
    if (r->env->ui)
        out_str(r->env->out, "its rights are changed; handles that are open keep theirs\n");
    return EXIT_DONE;
}

int cmd_chmod(struct command_run *r)
{
    uint32_t mode = 0;
    if (seg_has_rights(r->seg))
        return set_rights(r);
    if (number_mode(r->word[0], &mode) != NUM_OK)
        return run_bad_word(r, "MODE", r->word[0], "not an octal mode (0 to 7777)");
    struct oserr e = seg_chmod(r->seg, mode);
    if (oserr_is(e))
        return run_fail(r, NULL, "change its mode", e);
    if (r->env->ui)
        out_print(r->env->out, "mode is %04" PRIo32 " now\n", mode);
    return EXIT_DONE;
}
