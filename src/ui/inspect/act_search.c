/* Finding: the pattern is looked for by the sampler; its place is highlighted. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "ui/inspect/inspect.h"

static void found(struct ui *ui, const struct look_job *j)
{
    act_go_to(ui, j->offset);
    ui->s.match = j->offset;
    ui->s.match_length = j->length;
    if (j->wrapped)
        ui_say(ui, STYLE_TEXT, "0x%" PRIx64 ": %s%s", j->offset,
               j->kind == LOOK_FORWARD ? "from the end on to the start"
                                       : "from the start back to the end",
               j->when);
    else
        ui_say(ui, STYLE_TEXT, "0x%" PRIx64 "%s", j->offset, j->when);
}

static void not_found(struct ui *ui, const struct look_job *j)
{
    if (j->unknown > 0)
        ui_say(ui, STYLE_WARN, "not found%s, where %" PRIu64 " bytes are not known: %s", j->when,
               j->unknown, j->pattern);
    else
        ui_say(ui, STYLE_WARN, "not found%s: %s", j->when, j->pattern);
}

static void search_finish(struct job *job, void *taker)
{
    struct look_job *j = (struct look_job *)job;
    struct ui *ui = j->user;
    char why[96];
    (void)taker;
    ui->inspect->looking--;
    if (job->cancelled) {
        ui_say(ui, STYLE_WARN, "given up: %s", j->pattern);
        look_job_free(j);
        return;
    }
    if (j->why[0] != '\0')
        ui_say(ui, STYLE_ERROR, "find: %s", j->why);
    else if (oserr_is(j->error))
        ui_say(ui, STYLE_ERROR, "find: %s: %s", j->error.call,
               oserr_text(j->error, why, sizeof why));
    else if (!j->found)
        not_found(ui, j);
    else
        found(ui, j);
    look_job_free(j);
}

static void search(struct ui *ui, enum look_kind kind, uint64_t from)
{
    struct look_job *j = look_job_new(ui->s.sampler, kind, from, search_finish);
    if (j == NULL) {
        ui_say(ui, STYLE_ERROR, "out of memory");
        return;
    }
    (void)snprintf(j->pattern, sizeof j->pattern, "%s", ui->inspect->pattern);
    j->user = ui;
    j->past = ui->s.past;
    inspect_when(ui, j->past, j->when);
    j->follows = ui->inspect->looking++ > 0;
    inspect_post(ui, &j->job);
}

static void search_text(struct ui *ui, const char *text, void *ctx)
{
    (void)ctx;
    if (text[0] != '\0')
        (void)snprintf(ui->inspect->pattern, sizeof ui->inspect->pattern, "%s", text);
    if (ui->inspect->pattern[0] != '\0') /* nothing typed: the same again, as n */
        search(ui, LOOK_FORWARD, ui->s.cursor + (text[0] == '\0' ? 1 : 0));
}

/* From the match on, or from the cursor when it has moved away from it. */
static void again(struct ui *ui, bool next)
{
    if (ui->inspect->pattern[0] == '\0')
        ui_say(ui, STYLE_ERROR, "nothing was searched for yet: / or F7");
    else if (next)
        search(ui, LOOK_FORWARD, ui->s.cursor + 1);
    else
        search(ui, LOOK_BACKWARD, ui->s.cursor);
}

void act_search(struct ui *ui, int argc, char **argv)
{
    char text[PATTERN_MAX] = "";
    size_t n = 0;
    if (!act_attached(ui))
        return;
    if (argc == 2 && (strcmp(argv[1], "next") == 0 || strcmp(argv[1], "prev") == 0)) {
        again(ui, argv[1][0] == 'n');
        return;
    }
    for (int i = 1; i < argc && n < sizeof text; i++)
        n += (size_t)snprintf(text + n, sizeof text - n, "%s%s", i > 1 ? " " : "", argv[i]);
    if (argc > 1)
        search_text(ui, text, NULL);
    else
        ui_ask(ui, "find (text, x:de ad ?? ef, u32:100, r:regex): ", "",
               &ui->history[HISTORY_SEARCH], search_text, NULL);
}
