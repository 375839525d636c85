#include "ui/frame/beside.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/number.h"
#include "session/command_job.h"

enum { BESIDE = 2, END_MS = 2000 };
#define MS     INT64_C(1000000)
#define STARTS UINT64_MAX /* as progress: the first look is not over, and no change is seen yet */

static const char *const names[BESIDE] = {"record", "watch"};

struct beside {
    struct worker *worker; /* NULL: never started */
    bool runs;
    int64_t since;                  /* os_now's clock */
    atomic_uint_least64_t progress; /* bytes in the file, lines */
};

static int index_of(const char *command)
{
    for (int i = 0; i < BESIDE; i++)
        if (strcmp(names[i], command) == 0)
            return i;
    return -1;
}

bool beside_is(const char *command)
{
    return index_of(command) >= 0;
}

bool beside_runs(const struct ui *ui, const char *command)
{
    int i = index_of(command);
    return ui->beside != NULL && i >= 0 && ui->beside[i].runs;
}

/* Nothing is to be done between jobs. */
static int64_t tick(void *ctx, int64_t now, bool hurried)
{
    (void)ctx;
    (void)now;
    (void)hurried;
    return INT64_MAX;
}

static struct beside *get(struct ui *ui, int i)
{
    struct oserr e = OSERR_NONE;
    if (ui->beside == NULL)
        ui->beside = calloc(BESIDE, sizeof *ui->beside);
    if (ui->beside == NULL)
        return NULL;
    struct beside *b = &ui->beside[i];
    if (b->worker == NULL)
        b->worker = worker_start(tick, NULL, ui->s.wake, &e);
    return b->worker != NULL ? b : NULL;
}

/* On the UI's thread. */
static void ended(struct job *job, void *owner)
{
    struct ui *ui = owner;
    struct command_job *j = (struct command_job *)job;
    int i = strncmp(j->line, names[0], strlen(names[0])) == 0 ? 0 : 1;
    ui->beside[i].runs = false;
    job->cancelled = false; /* to stop it is how it ends */
    run_show_result(ui, j);
    command_job_free(j);
}

void beside_start(struct ui *ui, struct command_job *j, const char *command)
{
    int i = index_of(command);
    struct beside *b = get(ui, i);
    if (b == NULL || b->runs) {
        ui_say(ui, STYLE_ERROR, "%s",
               b == NULL ? "out of memory"
               : i == 0  ? "record runs already: `:record` stops it"
                         : "a log of changes runs already: `:log` stops it");
        command_job_free(j);
        return;
    }
    b->runs = true;
    b->since = ui->now;
    atomic_store(&b->progress, STARTS);
    j->progress = &b->progress;
    j->job.finish = ended;
    char name[UI_NAME];
    ui_name(j->named, name);
    worker_post(b->worker, &j->job);
    if (i == 0)
        ui_say(ui, STYLE_TEXT, "record of %s runs beside the screen: `:record` stops it", name);
    else
        ui_say(ui, STYLE_TEXT, "changes of %.30s are logged: `:log` stops it ({marks}: watch list)",
               name);
}

void beside_stop(struct ui *ui, const char *command)
{
    int i = index_of(command);
    if (!beside_runs(ui, command))
        return;
    ui_say(ui, STYLE_TEXT, "the %s ends", i == 0 ? "recording" : "log of the changes");
    worker_cancel(ui->beside[i].worker);
}

bool beside_take(struct ui *ui)
{
    bool news = false;
    for (int i = 0; ui->beside != NULL && i < BESIDE; i++)
        if (ui->beside[i].worker != NULL)
            news = worker_take(ui->beside[i].worker, ui) || news;
    return news;
}

bool beside_chip(const struct ui *ui, char out[BESIDE_CHIP])
{
    char size[NUMBER_SIZE_MAX];
    size_t n = 0;
    out[0] = '\0';
    for (int i = 0; ui->beside != NULL && i < BESIDE; i++) {
        struct beside *b = &ui->beside[i];
        uint64_t progress = atomic_load(&b->progress);
        if (!b->runs)
            continue;
        (void)number_format_size(progress, size);
        if (progress == STARTS)
            n += (size_t)snprintf(out + n, BESIDE_CHIP - n, " %s starts ", i == 0 ? "REC" : "LOG");
        else if (i == 0)
            n += (size_t)snprintf(out + n, BESIDE_CHIP - n, " REC %" PRId64 " s %s ",
                                  (ui->now - b->since) / (1000 * MS), size);
        else
            n += (size_t)snprintf(out + n, BESIDE_CHIP - n, " LOG %" PRIu64 " ", progress);
    }
    return n > 0;
}

bool beside_free(struct ui *ui)
{
    bool all = true;
    for (int i = 0; ui->beside != NULL && i < BESIDE; i++)
        if (ui->beside[i].worker != NULL)
            all = worker_stop_by(ui->beside[i].worker, os_now() + END_MS * MS, ui) && all;
    if (all) /* else a thread that hangs still uses it */
        free(ui->beside);
    ui->beside = NULL;
    return all;
}
