#include "ui/frame/state_files.h"

#include <stdlib.h>
#include <string.h>

#include "backend/os.h"
#include "core/locator.h"
#include "session/settings.h"

enum { PATH_LONGEST = 4096 };

struct keep {
    struct settings kept;    /* as stored in the options file */
    uint32_t kept_bits;      /* which of them are in the file */
    struct settings settled; /* in effect when the user could first change them */
    bool has_settled;
    uint64_t marks[MARKS]; /* as stored in the marks file for the attached locator */
    uint32_t marks_set;
    bool failed; /* writing failed and was reported */
};

/* Reads one of our files, malloc'd; NULL: there is none, or it cannot be read, which is reported.
 */
static char *read_file(struct ui *ui, const char *path, size_t *n)
{
    char *text = NULL;
    *n = 0;
    struct oserr e = os_read_file(path, SETTINGS_FILE_MAX, &text, n);
    if (oserr_is(e) && oserr_kind(e) != OSERR_K_MISSING)
        ui_say_error(ui, path, e);
    return oserr_is(e) ? NULL : text;
}

/* Says once why nothing is kept. */
static void update_file(struct ui *ui, const char *path, bool must_read, os_change *change,
                        void *ctx)
{
    struct oserr e = os_update_file(path, SETTINGS_FILE_MAX, must_read, change, ctx);
    if (oserr_is(e) && !ui->keep->failed) {
        ui->keep->failed = true;
        ui_say_error(ui, path, e);
    }
}

static void complain(struct ui *ui, const char *file, size_t bad, const char *why)
{
    if (bad == 1)
        ui_say(ui, STYLE_WARN, "%s: %s", file, why);
    else if (bad > 1)
        ui_say(ui, STYLE_WARN, "%s: %s (and %zu more)", file, why, bad - 1);
}

void state_load(struct ui *ui)
{
    char path[PATH_LONGEST], why[SETTINGS_WHY];
    size_t n = 0;
    ui->keep = calloc(1, sizeof *ui->keep);
    if (ui->keep == NULL)
        return;
    char *text = os_state_path("options", path, sizeof path) ? read_file(ui, path, &n) : NULL;
    char *config = NULL;
    size_t config_n = 0;
    if (os_config_path(path, sizeof path))
        config = read_file(ui, path, &config_n);
    if (config != NULL) {
        size_t bad = settings_read(&ui->s.set, ui->keys, config, config_n, NULL, why);
        complain(ui, "config", bad, why);
    }
    free(config);
    ui->keep->kept = ui->s.set;
    if (text != NULL) {
        size_t bad = settings_read(&ui->keep->kept, ui->keys, text, n, &ui->keep->kept_bits, why);
        complain(ui, "options", bad, why);
    }
    free(text);
    ui->s.set = ui->keep->kept;
}

void state_mark_user_changes(struct ui *ui)
{
    if (ui->keep == NULL)
        return;
    ui->keep->settled = ui->s.set;
    ui->keep->has_settled = true;
}

/* Our own changes of the options, on top of those that the file has by now. */
struct options_change {
    struct ui *ui;
    uint32_t changed;
};

static char *change_options(void *ctx, const char *old, size_t old_n, size_t *new_n)
{
    const struct options_change *c = ctx;
    struct keep *k = c->ui->keep;
    char why[SETTINGS_WHY], *text = malloc(SETTINGS_PRINTED);
    if (text == NULL)
        return NULL;
    k->kept_bits = 0;
    if (old != NULL)
        (void)settings_read(&k->kept, c->ui->keys, old, old_n, &k->kept_bits, why);
    size_t n = settings_print(&c->ui->s.set, c->changed, text);
    (void)settings_read(&k->kept, c->ui->keys, text, n, &k->kept_bits, why);
    *new_n = settings_print(&k->kept, k->kept_bits, text);
    return text;
}

void keep_options(struct ui *ui)
{
    struct keep *k = ui->keep;
    char path[PATH_LONGEST];
    if (k == NULL || !k->has_settled)
        return;
    struct options_change c = {ui, settings_changed(&k->settled, &ui->s.set)};
    if (c.changed == 0)
        return;
    k->settled = ui->s.set;
    if (os_state_path("options", path, sizeof path))
        update_file(ui, path, false, change_options, &c);
}

/* The attached locator as written in the file; false: too long to be stored. */
static bool shown_locator(const struct ui *ui, char *out, size_t cap)
{
    return ui->s.locator[0] != '\0' && locator_shown(ui->s.locator, out, cap) < cap;
}

/* Bits of the marks that were set, moved or taken away here. */
static uint32_t changed_marks(const struct ui *ui)
{
    const struct keep *k = ui->keep;
    uint32_t changed = k->marks_set ^ ui->s.marks_set;
    for (int i = 0; i < MARKS; i++)
        if ((k->marks_set & ui->s.marks_set) >> i & 1 && k->marks[i] != ui->s.marks[i])
            changed |= 1U << i;
    return changed;
}

void keep_load_marks(struct ui *ui)
{
    char path[PATH_LONGEST], name[PATH_LONGEST];
    struct keep *k = ui->keep;
    size_t n = 0;
    if (k == NULL || !shown_locator(ui, name, sizeof name) ||
        !os_state_path("marks", path, sizeof path))
        return;
    char *text = read_file(ui, path, &n);
    k->marks_set = 0;
    if (text != NULL)
        marks_read(text, n, name, k->marks, &k->marks_set);
    free(text);
    memcpy(ui->s.marks, k->marks, sizeof k->marks);
    ui->s.marks_set = k->marks_set;
}

/* Our own changes of one locator's marks, on top of what the file has by now. */
struct marks_change {
    const struct ui *ui;
    const char *locator;
    uint32_t changed;
};

static char *change_marks(void *ctx, const char *old, size_t old_n, size_t *new_n)
{
    const struct marks_change *c = ctx;
    uint64_t marks[MARKS] = {0};
    uint32_t set = 0;
    if (old != NULL)
        marks_read(old, old_n, c->locator, marks, &set);
    for (int i = 0; i < MARKS; i++)
        if ((c->changed >> i & 1) != 0)
            marks[i] = c->ui->s.marks[i];
    set = (set & ~c->changed) | (c->ui->s.marks_set & c->changed);
    return marks_write(old, old_n, c->locator, marks, set, new_n);
}

void keep_marks(struct ui *ui)
{
    char path[PATH_LONGEST], name[PATH_LONGEST];
    struct keep *k = ui->keep;
    if (k == NULL || !shown_locator(ui, name, sizeof name) ||
        !os_state_path("marks", path, sizeof path))
        return;
    struct marks_change c = {ui, name, changed_marks(ui)};
    if (c.changed == 0)
        return;
    update_file(ui, path, true, change_marks, &c);
    memcpy(k->marks, ui->s.marks, sizeof k->marks);
    k->marks_set = ui->s.marks_set;
}

void keep_free(struct ui *ui)
{
    if (ui->keep == NULL)
        return;
    keep_options(ui);
    keep_marks(ui);
    free(ui->keep);
    ui->keep = NULL;
}
