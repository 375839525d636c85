/* Reattaching to the segment, and the baseline that later samples are compared with. */
#include <inttypes.h>
#include <string.h>

#include "core/number.h"
#include "ui/frame/actions.h"
#include "ui/frame/state_files.h"
#include "ui/inspect/inspect.h"

/* Forgets jobs of the previous attachment: they have ended, or they hang and were abandoned. */
static void wait_for_nothing(struct ui *ui)
{
    ui->inspect->asking = ui->inspect->undo_busy = false;
    ui->inspect->stores_pending = 0;
    ui->inspect->undo_more = ui->inspect->looking = ui->inspect->steps.asked = 0;
    ui->inspect->steps.open = 0;
}

bool inspect_let_go(struct ui *ui)
{
    uint64_t done, total;
    int64_t since;
    if (ui->s.sampler == NULL || ui->inspect->stores_pending > 0 ||
        worker_busy(sampler_worker(ui->s.sampler), &done, &total, &since))
        return false;
    for (int i = 0; i < ui->depth; i++)
        if (ui->stack[i] == &screen_inspect)
            return false;
    keep_place(ui);
    edit_mode_drop(ui);
    session_detach(&ui->s);
    wait_for_nothing(ui);
    return true;
}

void act_reattach(struct ui *ui, const char *arg)
{
    char locator[LOCATOR_MAX], why[96];
    (void)arg;
    if (!inspect_attached(ui))
        return;
    bool edit = ui->s.edit;
    memcpy(locator, ui->s.locator, sizeof locator);
    edit_mode_drop(ui);
    struct oserr e = session_attach(&ui->s, locator, ui->s.range_offset, ui->s.range_length);
    if (oserr_is(e)) {
        ui_say(ui, STYLE_ERROR, "no new segment of this name (%s: %s); still showing the old one",
               e.call, oserr_text(e, why, sizeof why));
        return;
    }
    wait_for_nothing(ui);
    ui_say(ui, STYLE_TEXT, "attached again%s", edit ? " (read-only)" : "");
}

struct baseline_ask {
    struct baseline_job job;
    char when[INSPECT_WHEN];
};

static void baseline_done(void *owner, void *arg, bool cancelled)
{
    struct ui *ui = owner;
    const struct baseline_ask *a = arg;
    const struct baseline_job *j = &a->job;
    char text[96];
    if (cancelled)
        return;
    if (!j->done && j->past != 0 && j->error.code == SEG_E_UNKNOWN) {
        ui_say(ui, STYLE_ERROR, "no baseline: parts of the segment have not been read yet%s",
               a->when);
    } else if (!j->done) {
        ui_say(ui, STYLE_ERROR, "no baseline: %s",
               oserr_is(j->error) ? oserr_text(j->error, text, sizeof text) : "cancelled");
    } else if (j->change == BASELINE_CLEAR) {
        ui_say(ui, STYLE_TEXT, "baseline cleared");
    } else {
        int64_t ago = j->past != 0 ? ui->now - j->past : 0;
        ui->inspect->base = (struct baseline_time){ui->s.id, ui->wall - ago};
        uint64_t all = ui->s.sample.stat.size, covered = j->covered < all ? j->covered : all;
        char size[NUMBER_SIZE_MAX];
        (void)number_format_size(covered, size);
        ui_say(ui, STYLE_TEXT, "baseline%s: %s%s; what differs from %s on is marked", a->when,
               covered < all ? "only the first " : "all ", size, j->past != 0 ? "then" : "now");
    }
}

void act_baseline(struct ui *ui, const char *arg)
{
    struct baseline_ask a = {.job = {.change = BASELINE_TOGGLE, .past = ui->s.past}};
    (void)arg;
    if (!inspect_attached(ui))
        return;
    inspect_when(ui, a.job.past, a.when);
    (void)inspect_post(ui,
                       sampler_job_new(ui->s.sampler, job_baseline, &a, sizeof a, baseline_done));
}
