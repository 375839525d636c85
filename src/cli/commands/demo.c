/* demo: starts a writer process and opens the UI on its segment. The writer removes its segment
 * when it ends; if it was killed, this process does. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "backend/os.h"
#include "cli/commands/demo.h"
#include "cli/commands/demo_layout.h"
#include "cli/options.h"
#include "lab/peers.h"

#define WRITER_STARTS_IN INT64_C(5000000000) /* ns, at most */
#define LOOK_EVERY       INT64_C(5000000)

/* Makes room for a new writer. */
static int clear_name(struct command_run *r, enum demo_found found, const struct seg_stat *seen)
{
    if (found == FOUND_ERROR)
        return EXIT_ERROR;
    if (found == FOUND_FOREIGN) {
        return run_error(r,
                         "a segment of this name exists that is not the demo's; remove it first");
    }
    if (found == FOUND_DEAD) {
        struct oserr e = demo_remove(r, seen, 0);
        if (e.code == SEG_E_IN_USE || e.code == SEG_E_UNPROVED)
            return run_error(r, "a demo's segment exists and its writer is not seen, but others "
                                "may use it: shmlens rm --force removes it");
        if (oserr_is(e))
            return run_fail(r, NULL, "remove what a dead writer left", e);
    }
    return EXIT_DONE;
}

static int open_ui(struct command_run *r, int64_t until)
{
    struct ui_options o = {
        .locator = r->raw, .demo = true, .tour = run_option(r, "replay") == NULL, .until = until};
    return r->env->ui_main(r->env->be, &o);
}

/* Says what the writer said: it has no terminal of its own. False: nothing. */
static bool pass_on(struct command_run *r, struct os_process *writer)
{
    const char *said = os_process_said(writer); /* whole lines with our own name in front */
    out_str(r->env->err, said);
    out_push(r->env->err);
    return said[0] != '\0';
}

/* Waits until the writer has made its segment; `any`: whatever its contents. */
static int await_writer(struct command_run *r, struct os_process *writer, bool any)
{
    int64_t deadline = os_now() + WRITER_STARTS_IN;
    while (os_now() < deadline && os_process_running(writer)) {
        struct seg *s = NULL;
        char magic[8];
        uint32_t pid = 0;
        struct oserr e = seg_open(r->env->be, r->raw, SEG_READ, &s);
        bool ready =
            !oserr_is(e) &&
            (any || (demo_read_header(s, magic, &pid) && memcmp(magic, DEMO_MAGIC, 8) == 0));
        if (!oserr_is(e))
            seg_close(s);
        if (ready)
            return EXIT_DONE;
        if (!progress_sleep(r->env->progress, os_now() + LOOK_EVERY))
            return EXIT_STOPPED;
    }
    if (!pass_on(r, writer))
        (void)run_error(r, "the writer did not start");
    return EXIT_ERROR;
}

static int demo_with_ui(struct command_run *r, const char *file, int64_t until)
{
    char option[LOCATOR_MAX + 16] = "";
    const char *const args[] = {"demo", "--writer-only", file == NULL ? NULL : option, NULL};
    if (file != NULL)
        (void)snprintf(option, sizeof option, "--replay=%s", file);
    struct os_process *writer = NULL;
    struct oserr e = os_spawn_self(args, &writer);
    if (oserr_is(e))
        return run_fail(r, NULL, "start the writer", e);
    int status = await_writer(r, writer, file != NULL);
    if (status == EXIT_DONE)
        status = open_ui(r, until);
    if (status == EXIT_DONE)
        (void)pass_on(r, writer); /* which came while the screen was there */
    os_process_stop(writer);      /* it removes its segment; if it was killed, we do */
    struct seg_stat seen;
    if (demo_look(r, &seen) == FOUND_DEAD)
        (void)clear_name(r, FOUND_DEAD, &seen);
    return status;
}

/* Is the file a recording? Checked before a writer is started for it. */
static bool check_recording(struct command_run *r, const char *file)
{
    char raw[LOCATOR_MAX];
    struct seg *s = NULL;
    if (file != NULL && !demo_open_recording(r, file, &s, raw))
        return false;
    seg_close(s);
    return true;
}

int cmd_demo(struct command_run *r)
{
    int64_t duration = -1;
    bool writer_only = run_option(r, "writer-only") != NULL;
    const char *file = run_option(r, "replay");
    if (!run_duration_option(r, "for", &duration) || !run_locator(r, seg_demo_name(), r->raw))
        return EXIT_ERROR;
    int64_t until = duration < 0 ? INT64_MAX : os_now() + duration;
    if (!writer_only && (!os_is_terminal(0) || !os_is_terminal(1)))
        return run_usage(r, "the terminal UI needs a terminal (or --writer-only)");
    if (!writer_only && r->env->ui_main == NULL)
        return run_usage(r, "this build has no terminal UI: --writer-only");
    if (!check_recording(r, file))
        return EXIT_ERROR;
    struct seg_stat seen;
    enum demo_found found = demo_look(r, &seen);
    if (found == FOUND_LIVE && !writer_only && file == NULL)
        return open_ui(r, duration < 0 ? 0 : until);
    if (found == FOUND_LIVE)
        return run_error(r, "%s", DEMO_AT_WORK);
    int status = clear_name(r, found, &seen);
    if (status != EXIT_DONE)
        return status;
    if (!writer_only)
        return demo_with_ui(r, file, duration < 0 ? 0 : until);
    return file != NULL ? demo_replay(r, file, until) : demo_writer(r, until);
}
