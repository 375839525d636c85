/* Copies the selection to the terminal's clipboard and to a file in the state folder. While the
 * picture is frozen (paused, or in the past) the bytes come from the sample on the screen;
 * otherwise the sampler reads them anew. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend/os.h"
#include "core/plural.h"
#include "ui/frame/actions.h"
#include "ui/frame/calls.h"
#include "ui/inspect/copy_forms.h"
#include "ui/inspect/inspect.h"

enum { COPY_MAX = 1024 * 1024 };

struct clip {
    struct bytes_job job;
    const struct copy_form *form;
    char when[INSPECT_WHEN];
};

/* The encoding of the column with the cursor. */
static enum text_encoding encoding_of(const struct ui *ui)
{
    const struct view *v = inspect_view(ui);
    int column = (int)ui->s.focus - FOCUS_TEXT;
    if (column >= 0 && column < ui->inspect->at.texts)
        return ui->inspect->at.enc[column];
    return v->kind == VIEW_TEXT ? v->enc : TEXT_UTF8;
}

void inspect_copy_out(struct ui *ui, const char *text, size_t n, const char *what)
{
    char path[4096], why[96], clipboard[64] = "clipboard";
    const char *refused = ui->term != NULL ? term_copy(ui->term, text, n) : "none here";
    if (refused != NULL)
        (void)snprintf(clipboard, sizeof clipboard, "no clipboard: %s", refused);
    if (!os_state_path("copy", path, sizeof path)) {
        ui_say(ui, STYLE_WARN, "copied %s (%s; no file: HOME is not set)", what, clipboard);
        return;
    }
    struct oserr e = os_replace_file(path, text, n);
    if (oserr_is(e))
        ui_say(ui, STYLE_WARN, "copied %s (%s; not into %s: %s: %s)", what, clipboard, path, e.call,
               oserr_text(e, why, sizeof why));
    else
        ui_say(ui, STYLE_TEXT, "copied %s (%s%s%s)", what, clipboard,
               refused != NULL ? "; file: " : " and ", path);
}

/* Formats n bytes that were at `from` and hands them to the clipboard and the file. */
static void copy_bytes(struct ui *ui, const struct copy_form *form, const uint8_t *bytes, size_t n,
                       uint64_t from)
{
    struct copy_text p = {0};
    const struct copy_source source = {
        .bytes = bytes, .n = n, .offset = from, .view = inspect_view(ui), .enc = encoding_of(ui)};
    char what[96];
    (void)snprintf(what, sizeof what, "%zu byte%s as %s", n, plural_s(n), form->words);
    if (form->make(&p, &source))
        inspect_copy_out(ui, p.text, p.length, what);
    else
        ui_say(ui, STYLE_ERROR, "out of memory");
    free(p.text);
}

static void copy_done(void *owner, void *arg, bool cancelled)
{
    struct ui *ui = owner;
    const struct clip *c = arg;
    if (!cancelled && c->job.bytes == NULL && c->job.past != 0)
        ui_say(ui, STYLE_ERROR, "not all of the selection is known%s", c->when);
    else if (!cancelled && c->job.bytes == NULL)
        ui_say(ui, STYLE_ERROR, "the selection cannot be read");
    else if (!cancelled)
        copy_bytes(ui, c->form, c->job.bytes, c->job.length, c->job.offset);
    free(c->job.bytes);
}

/* While paused or in the past, copies from the frozen sample; false: it does not cover the
 * selection. */
static bool copy_frozen(struct ui *ui, const struct copy_form *form, uint64_t from, uint64_t to)
{
    const struct sample *p = &ui->s.sample;
    size_t first = sample_index(p, from), last = sample_index(p, to - 1), n = (size_t)(to - from);
    bool stands = ui->s.paused || p->past.time != 0;
    if (!stands || p->seq == 0 || first == SIZE_MAX || last != first + n - 1)
        return false;
    if (p->past.time != 0 && memchr(p->arrays->state + first, BYTE_UNKNOWN, n) != NULL)
        ui_say(ui, STYLE_ERROR, "not all of the selection is known at that time");
    else
        copy_bytes(ui, form, p->arrays->bytes + first, n, from);
    return true;
}

static void copy(struct ui *ui, const struct copy_form *form)
{
    uint64_t from = 0, to = 0;
    session_selection(&ui->s, &from, &to);
    const struct view *v = inspect_view(ui);
    if (to - from > COPY_MAX) {
        ui_say(ui, STYLE_ERROR, "copy takes at most 1 MiB; `save FILE OFFSET LENGTH` takes all");
        return;
    }
    if (form->values && v->kind != VIEW_TEXT && (to - from) % v->unit != 0) {
        ui_say(ui, STYLE_ERROR, "copy value: %" PRIu64 " byte%s no whole number of %s", to - from,
               to - from == 1 ? " is" : "s are", v->name);
        return;
    }
    if (copy_frozen(ui, form, from, to))
        return;
    struct clip c = {.job = {.offset = from, .length = (size_t)(to - from), .past = ui->s.past},
                     .form = form};
    inspect_when(ui, c.job.past, c.when);
    (void)inspect_post(ui, sampler_job_new(ui->s.sampler, job_bytes, &c, sizeof c, copy_done));
}

static void ask_form(struct ui *ui)
{
    const struct copy_form *form;
    int count = 0;
    for (size_t i = 0; (form = copy_form_at(i)) != NULL && i < MENU_ROWS; i++) {
        (void)snprintf(ui->option_command[i], sizeof ui->option_command[i], "copy %s", form->name);
        ui->menu[count++] =
            (struct menu_entry){form->label, (unsigned char)form->label[0], ui->option_command[i]};
    }
    prompt_menu(&ui->host, "copy the selection as", ui->menu, count);
    ui->prompt.opened_by = "copy";
}

void act_copy(struct ui *ui, const char *arg)
{
    const struct copy_form *form = copy_form_find(arg);
    if (ui_screen(ui) == &screen_calls) {
        calls_copy(ui);
        return;
    }
    if (!inspect_attached(ui))
        return;
    if (arg[0] == '\0')
        ask_form(ui);
    else if (form != NULL)
        copy(ui, form);
    else
        ui_say(ui, STYLE_ERROR,
               "copy: value, offset, hex, hexdump, text, c, python, rust or base64");
}
