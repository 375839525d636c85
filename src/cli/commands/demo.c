/* demo: the writer, and the UI on what it writes. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "backend/os.h"
#include "cli/commands/demo_layout.h"
#include "cli/options.h"
#include "cli/run.h"

#define WRITER_STARTS_IN INT64_C(5000000000) /* ns, at most */
#define LOOK_EVERY       INT64_C(5000000)

static int (*ui_main_function)(struct backend *, const struct ui_options *);

void demo_set_ui(int (*ui)(struct backend *, const struct ui_options *))
{
    ui_main_function = ui;
}

/* What stands under the demo's name. */
enum found { FOUND_NOTHING, FOUND_LIVE, FOUND_DEAD, FOUND_FOREIGN, FOUND_ERROR };

static bool read_header(struct seg *s, char magic[8], uint32_t *pid)
{
    size_t a = 0;
    size_t b = 0;
    struct oserr e = seg_read(s, DEMO_AT_MAGIC, magic, 8, &a);
    struct oserr f = seg_read(s, DEMO_AT_PID, pid, sizeof *pid, &b);
    return !oserr_is(e) && !oserr_is(f) && a == 8 && b == sizeof *pid;
}

/* A writer lives when the process of the header still has the segment; so does one that replays a
 * recording of another: it has it mapped for writing. */
static bool has_it(struct seg *s, uint32_t pid)
{
    struct seg_who who;
    bool lives = false;
    struct oserr e = seg_who(s, &who);
    if (oserr_is(e)) {
        return true; /* not known: do not take it away */
    }
    for (size_t i = 0; i < who.mappers_count; i++) {
        lives = lives || who.mappers[i].pid == pid || who.mappers[i].write;
    }
    for (size_t i = 0; i < who.holders_count; i++) {
        lives = lives || who.holders[i].pid == pid;
    }
    seg_who_free(&who);
    return lives;
}

/* *seen: how it is, of what is not nothing and could be read. */
static enum found look(struct command_run *r, struct seg_stat *seen)
{
    struct seg *s = NULL;
    char magic[8];
    uint32_t pid = 0;
    struct oserr e = seg_open(r->env->be, r->raw, SEG_READ, &s);
    if (oserr_kind(e) == OSERR_K_MISSING) {
        return FOUND_NOTHING;
    }
    if (oserr_is(e)) {
        (void)run_fail(r, NULL, "read it", e);
        return FOUND_ERROR;
    }
    enum found found = FOUND_FOREIGN;
    if (read_header(s, magic, &pid) && memcmp(magic, DEMO_MAGIC, 8) == 0) {
        found = has_it(s, pid) ? FOUND_LIVE : FOUND_DEAD;
    }
    *seen = *seg_last(s);
    seg_close(s);
    return found;
}

struct oserr demo_remove(struct command_run *r, const struct seg_stat *seen, unsigned flags)
{
    struct oserr e = seg_remove_same(r->env->be, r->raw, seen, flags, NULL);
    bool others = oserr_kind(e) == OSERR_K_MISSING || e.code == SEG_E_REPLACED;
    return others ? OSERR_NONE : e;
}

/* Makes room for a new writer. */
static int clear_name(struct command_run *r, enum found found, const struct seg_stat *seen)
{
    if (found == FOUND_ERROR) {
        return EXIT_ERROR;
    }
    if (found == FOUND_FOREIGN) {
        return run_error(r, "exists already and is not the demo's; remove it first (shmlens rm)");
    }
    if (found == FOUND_DEAD) {
        struct oserr e = demo_remove(r, seen, SEG_RM_PROVED);
        if (e.code == SEG_E_IN_USE || e.code == SEG_E_UNPROVED) {
            return run_error(r, "a demo's segment is there and its writer is not seen, but others "
                                "may use it: shmlens rm --force removes it");
        }
        if (oserr_is(e)) {
            return run_fail(r, NULL, "remove what a dead writer left", e);
        }
    }
    return EXIT_DONE;
}

static int open_ui(struct command_run *r, int64_t until)
{
    struct ui_options o = {.locator = r->raw, .demo = true, .until = until};
    return ui_main_function(r->env->be, &o);
}

/* Until the writer has made its segment; `any`: whatever is in it. */
static int await_writer(struct command_run *r, struct os_process *writer, bool any)
{
    int64_t deadline = os_now() + WRITER_STARTS_IN;
    while (os_now() < deadline && os_process_running(writer)) {
        struct seg *s = NULL;
        char magic[8];
        uint32_t pid = 0;
        struct oserr e = seg_open(r->env->be, r->raw, SEG_READ, &s);
        bool ready = !oserr_is(e) &&
                     (any || (read_header(s, magic, &pid) && memcmp(magic, DEMO_MAGIC, 8) == 0));
        if (!oserr_is(e)) {
            seg_close(s);
        }
        if (ready) {
            return EXIT_DONE;
        }
        if (!progress_sleep(r->env->progress, os_now() + LOOK_EVERY)) {
            return EXIT_STOPPED;
        }
    }
    return run_error(r, "the writer did not start");
}

static int demo_with_ui(struct command_run *r, const char *file, int64_t until)
{
    char option[LOCATOR_MAX + 16] = "";
    const char *const args[] = {"demo", "--writer-only", file == NULL ? NULL : option, NULL};
    if (file != NULL) {
        (void)snprintf(option, sizeof option, "--replay=%s", file);
    }
    struct os_process *writer = NULL;
    struct oserr e = os_spawn_self(args, &writer);
    if (oserr_is(e)) {
        return run_fail(r, NULL, "start the writer", e);
    }
    int status = await_writer(r, writer, file != NULL);
    if (status == EXIT_DONE) {
        status = open_ui(r, until);
    }
    os_process_stop(writer); /* it removes its segment; when it was killed, we do */
    struct seg_stat seen;
    if (look(r, &seen) == FOUND_DEAD) {
        (void)clear_name(r, FOUND_DEAD, &seen);
    }
    return status;
}

/* Is the recording one? Told before a writer is started for it. */
static bool check_recording(struct command_run *r, const char *file)
{
    char raw[LOCATOR_MAX];
    struct seg *s = NULL;
    if (file != NULL && !demo_open_recording(r, file, &s, raw)) {
        return false;
    }
    seg_close(s);
    return true;
}

int cmd_demo(struct command_run *r)
{
    int64_t duration = -1;
    bool writer_only = run_option(r, "writer-only") != NULL;
    const char *file = run_option(r, "replay");
    if (!run_duration_option(r, "for", &duration) || !run_locator(r, seg_demo_name(), r->raw)) {
        return EXIT_ERROR;
    }
    int64_t until = duration < 0 ? INT64_MAX : os_now() + duration;
    if (!writer_only && (!os_is_terminal(0) || !os_is_terminal(1))) {
        return run_usage(r, "the terminal UI needs a terminal (or --writer-only)");
    }
    if (!writer_only && ui_main_function == NULL) {
        return run_usage(r, "this build has no terminal UI: --writer-only");
    }
    if (!check_recording(r, file)) {
        return EXIT_ERROR;
    }
    struct seg_stat seen;
    enum found found = look(r, &seen);
    if (found == FOUND_LIVE && !writer_only && file == NULL) {
        return open_ui(r, duration < 0 ? 0 : until);
    }
    if (found == FOUND_LIVE) {
        return run_error(r, "a demo's writer is at work there already");
    }
    int status = clear_name(r, found, &seen);
    if (status != EXIT_DONE) {
        return status;
    }
    if (!writer_only) {
        return demo_with_ui(r, file, duration < 0 ? 0 : until);
    }
    return file != NULL ? demo_replay(r, file, until) : demo_writer(r, until);
}
