#include "ui/frame/state_files.h"

#include <stdlib.h>
#include <string.h>

#include "backend/os.h"
#include "core/locator.h"
#include "session/place_file.h"
#include "session/settings.h"
#include "session/types_file.h"
#include "ui/tree/tree.h"

enum { PATH_LONGEST = 4096 };

struct keep {
    struct settings kept;    /* as stored in the options file */
    uint32_t kept_bits;      /* which of them are in the file */
    struct settings settled; /* in effect when the user could first change them */
    bool has_settled;
    struct settings config;  /* as the configuration has them, without what was set here */
    bool forget;             /* `:set defaults`: what was set before goes, too */
    struct place place;      /* of the attached locator, when it was read or written last */
    char demo[LOCATOR_MAX];  /* nothing of this one outlives the program; empty: none */
    struct place demo_place; /* what it has so far */
    struct kept_types types; /* the same, of the locator whose types were loaded last */
    bool failed;             /* writing failed and was reported */
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
    if (bad > 0)
        ui_say(ui, STYLE_WARN, "%s: %s", file, why);
}

void state_load(struct ui *ui)
{
    char path[PATH_LONGEST], why[SETTINGS_FAULTS];
    size_t n = 0;
    ui->keep = calloc(1, sizeof *ui->keep);
    if (ui->keep == NULL)
        return;
    char *text = os_state_path("options", path, sizeof path) ? read_file(ui, path, &n) : NULL;
    char *config = NULL;
    size_t config_n = 0;
    if (os_config_path("config", path, sizeof path))
        config = read_file(ui, path, &config_n);
    if (config != NULL) {
        size_t bad = settings_read(&ui->s.set, ui->keys, config, config_n, NULL, why);
        complain(ui, "config", bad, why);
    }
    free(config);
    ui->keep->config = ui->keep->kept = ui->s.set;
    if (text != NULL) {
        size_t bad = settings_read(&ui->keep->kept, ui->keys, text, n, &ui->keep->kept_bits, why);
        complain(ui, "options", bad, why);
    }
    free(text);
    ui->s.set = ui->s.prefer = ui->keep->kept;
}

void state_mark_user_changes(struct ui *ui)
{
    if (ui->keep == NULL)
        return;
    ui->keep->settled = ui->s.prefer;
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
    char why[SETTINGS_FAULTS], *text = malloc(SETTINGS_PRINTED);
    if (text == NULL)
        return NULL;
    k->kept_bits = 0;
    if (old != NULL && !k->forget)
        (void)settings_read(&k->kept, c->ui->keys, old, old_n, &k->kept_bits, why);
    size_t n = settings_print(&c->ui->s.prefer, c->changed, text);
    (void)settings_read(&k->kept, c->ui->keys, text, n, &k->kept_bits, why);
    *new_n = settings_print(&k->kept, k->kept_bits, text);
    return text;
}

void keep_options(struct ui *ui)
{
    struct keep *k = ui->keep;
    char path[PATH_LONGEST];
    settings_take(&ui->s.prefer, &ui->s.set, ~looks_own()); /* keys may have set them */
    if (k == NULL || !k->has_settled)
        return;
    struct options_change c = {ui, settings_changed(&k->settled, &ui->s.prefer)};
    if (k->forget)
        c.changed = settings_changed(&k->config, &ui->s.prefer);
    if (c.changed == 0 && !k->forget)
        return;
    k->settled = ui->s.prefer;
    if (os_state_path("options", path, sizeof path))
        update_file(ui, path, false, change_options, &c);
    k->forget = false;
}

void keep_defaults(struct ui *ui)
{
    if (ui->keep != NULL)
        ui->s.prefer = ui->keep->config;
    else
        session_defaults(&ui->s.prefer);
    if (ui->keep != NULL)
        ui->keep->forget = true;
    ui->s.set = ui->s.prefer;
    looks_apply(&ui->s, &(struct looks){.count = 0});
}

/* The attached locator as written in the file; false: too long to be stored. */
static bool shown_locator(const struct ui *ui, char *out, size_t cap)
{
    return ui->s.locator[0] != '\0' && locator_shown(ui->s.locator, out, cap) < cap;
}

static bool is_demo(const struct ui *ui)
{
    return ui->keep->demo[0] != '\0' && strcmp(ui->keep->demo, ui->s.locator) == 0;
}

void keep_demo(struct ui *ui)
{
    struct keep *k = ui->keep;
    session_begin(&ui->s);
    if (k == NULL)
        return;
    memcpy(k->demo, ui->s.locator, sizeof k->demo);
    k->demo_place = (struct place){.marks.count = 0};
}

void keep_load_place(struct ui *ui)
{
    char path[PATH_LONGEST], name[PATH_LONGEST];
    struct keep *k = ui->keep;
    size_t n = 0;
    if (k != NULL && is_demo(ui)) {
        ui->s.marks = k->demo_place.marks;
        looks_apply(&ui->s, &k->demo_place.looks);
        return;
    }
    if (k == NULL || !shown_locator(ui, name, sizeof name) ||
        !os_state_path("marks", path, sizeof path))
        return;
    char *text = read_file(ui, path, &n);
    k->place = (struct place){.marks.count = 0};
    if (text != NULL)
        place_read(text, n, name, &k->place);
    free(text);
    ui->s.marks = k->place.marks;
    looks_apply(&ui->s, &k->place.looks);
    keep_settle(ui);
}

void keep_settle(struct ui *ui)
{
    if (ui->keep != NULL)
        looks_get(&ui->s, &ui->keep->place.looks);
}

/* Our own changes of what is kept for one locator, on top of what the file has by now. */
struct place_change {
    const struct place *was, *is;
    const char *locator;
};

static char *change_place(void *ctx, const char *old, size_t old_n, size_t *new_n)
{
    const struct place_change *c = ctx;
    struct place place = {.marks.count = 0};
    if (old != NULL)
        place_read(old, old_n, c->locator, &place);
    place_merge(&place, c->was, c->is);
    return place_write(old, old_n, c->locator, &place, new_n);
}

void keep_place(struct ui *ui)
{
    char path[PATH_LONGEST], name[PATH_LONGEST];
    struct keep *k = ui->keep;
    struct place is = {.marks = ui->s.marks};
    if (k == NULL || !shown_locator(ui, name, sizeof name) ||
        !os_state_path("marks", path, sizeof path))
        return;
    tree_note_look(ui);
    looks_get(&ui->s, &is.looks);
    if (is_demo(ui)) {
        k->demo_place = is;
        return;
    }
    if (!place_changed(&k->place, &is))
        return;
    struct place_change c = {&k->place, &is, name};
    update_file(ui, path, true, change_place, &c);
    k->place = is;
}

void keep_load_types(struct ui *ui, struct kept_types *out)
{
    char path[PATH_LONGEST], name[PATH_LONGEST];
    size_t n = 0;
    if (ui->keep == NULL)
        return;
    ui->keep->types = *out;
    if (!shown_locator(ui, name, sizeof name) || !os_state_path("types", path, sizeof path))
        return;
    char *text = read_file(ui, path, &n);
    if (text != NULL)
        kept_types_read(text, n, name, out);
    free(text);
    ui->keep->types = *out;
}

struct types_change {
    const struct kept_types *was, *is;
    const char *locator;
};

/* What another session took meanwhile stays. */
static char *change_types(void *ctx, const char *old, size_t old_n, size_t *new_n)
{
    const struct types_change *c = ctx;
    struct kept_types *all = calloc(1, sizeof *all);
    if (all == NULL)
        return NULL;
    if (old != NULL)
        kept_types_read(old, old_n, c->locator, all);
    kept_types_merge(all, c->was, c->is);
    char *text = kept_types_write(old, old != NULL ? old_n : 0, c->locator, all, new_n);
    free(all);
    return text;
}

void keep_types(struct ui *ui, const struct kept_types *k)
{
    char path[PATH_LONGEST], name[PATH_LONGEST];
    if (ui->keep == NULL || !shown_locator(ui, name, sizeof name) ||
        !os_state_path("types", path, sizeof path))
        return;
    struct types_change c = {&ui->keep->types, k, name};
    update_file(ui, path, true, change_types, &c);
    ui->keep->types = *k;
}

void keep_free(struct ui *ui)
{
    if (ui->keep == NULL)
        return;
    keep_options(ui);
    keep_place(ui);
    free(ui->keep);
    ui->keep = NULL;
}
