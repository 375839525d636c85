/* The terminal UI's start, its loop, and its end. The loop takes what the other threads have ready,
 * draws if something changed, and then waits for a key, a wake-up or the next time something on the
 * screen changes by itself. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend/os.h"
#include "cli/run.h"
#include "core/locator.h"
#include "ui/frame/state_files.h"
#include "ui/frame/ui.h"
#include "ui/inspect/inspect.h"
#include "ui/tree/tree.h"

_Static_assert((int)UI_WIDTH_MAX == WIDTH_MAX, "what may be asked for can be had");

enum {
    SECOND = 1000000000,
    FRAME = SECOND / 60,
    EVENTS_AT_ONCE = 256,
    MESSAGE_MAX = 512,
    LEARN_FOR = 100000000 /* ns */
};

static int complain(const char *what, const char *why)
{
    char text[MESSAGE_MAX];
    int n = snprintf(text, sizeof text, "shmlens: %s%s%s\n", what, why[0] != '\0' ? ": " : "", why);
    size_t length = n < 0 ? 0 : (size_t)n < sizeof text ? (size_t)n : sizeof text - 1;
    struct oserr e = os_write_fd(2, text, length);
    (void)e; /* there is nowhere left to report it */
    return EXIT_ERROR;
}

static int complain_of(const char *what, struct oserr e)
{
    char why[256], text[160];
    oserr_text(e, text, sizeof text);
    (void)snprintf(why, sizeof why, "%s (%s)", text, e.call);
    return complain(what, why);
}

static void adopt_view(struct settings *set, const struct ui_options *o)
{
    if (o->view == NULL || view_find(o->view) == NULL)
        return;
    set->view = view_find(o->view);
    if (view_swapped(set->view) != set->view)
        set->big = set->view->big;
}

/* The command line's options override the configuration and are not stored. */
static void adopt_options(struct ui *ui, const struct ui_options *o)
{
    struct settings *set = &ui->s.prefer;
    if (o->hz > 0)
        set->hz = o->hz;
    if (o->width > 0)
        set->width = o->width;
    adopt_view(set, o);
    if (o->theme != NULL && theme_choose(o->theme, false) != NULL)
        (void)snprintf(set->theme, sizeof set->theme, "%s", o->theme);
    if (o->no_mouse)
        set->mouse = false;
    ui->s.set = ui->s.prefer;
}

/* Limits drawing: at once after a quiet moment, else at most 60 times a second. One frame may come
 * early, so that a small update does not delay an important one. */
struct frames {
    bool dirty;
    int64_t due; /* when the next frame is due; it may come a frame before that */
};

static void draw_frame(struct ui *ui, struct frames *f)
{
    if (!f->dirty || ui->now < f->due - FRAME)
        return;
    ui_draw(ui);
    session_request_sample(&ui->s);
    session_show_list(&ui->s, ui_screen(ui) == &screen_segments, ui->who_panel);
    term_present(ui->term, &ui->canvas);
    f->dirty = false;
    f->due = (ui->now > f->due ? ui->now : f->due) + FRAME;
}

/* When the next thing needs to be done. */
static int64_t deadline(struct ui *ui, const struct frames *f, int64_t until)
{
    int64_t next = f->dirty ? f->due - FRAME : ui_next(ui);
    return until != 0 && until < next ? until : next;
}

static void handle_events(struct ui *ui, struct frames *f, struct event ev)
{
    for (int i = 0; ev.kind != EVENT_NONE && !ui->quit && i < EVENTS_AT_ONCE; i++) {
        ui_event(ui, &ev);
        f->dirty = true;
        ev = term_wait(ui->term, NULL, 0);
    }
    if (f->dirty) {
        keep_options(ui);
        keep_place(ui);
    }
}

static void loop(struct ui *ui, int64_t until)
{
    struct frames f = {.dirty = true, .due = 0};
    while (!ui->quit && !os_stop_asked()) {
        f.dirty = session_take(&ui->s) || f.dirty;
        f.dirty = beside_take(ui) || f.dirty;
        f.dirty = lab_take(ui) || f.dirty;
        f.dirty = inspect_let_go(ui) || f.dirty;
        ui->now = os_now();
        ui->wall = os_wall();
        if (until != 0 && ui->now >= until)
            return;
        draw_frame(ui, &f);
        int64_t due = deadline(ui, &f, until), look = ui->now + SECOND; /* session_take */
        struct event ev = term_wait(ui->term, ui->s.wake, due < look ? due : look);
        ui->now = os_now();
        f.dirty = f.dirty || ui->now >= due;
        handle_events(ui, &f, ev);
    }
}

static void greet(struct ui *ui, const struct ui_options *o)
{
    bool toured = o->tour && lab_tour(ui, true, true);
    if (o->demo && !toured && ui->status[0] == '\0')
        ui_say(ui, STYLE_WARN, "Demo: another process is writing this. {help} help, {back} quit");
    if (o->edit && ui->s.sampler != NULL)
        inspect_edit_on(ui, NULL);
    else
        ui->edit_first = o->edit;
    if (o->type != NULL)
        (void)snprintf(ui->tree->declare, sizeof ui->tree->declare, "%s", o->type);
    if (o->types_count > 0 && ui->s.locator[0] != '\0')
        tree_keep_files(ui, o->types, o->types_count);
    if (o->types_count > 0 || o->type != NULL)
        tree_read(ui, o->types, o->types_count);
}

/* Opens the segment before taking over the terminal, so that an error is printed plainly. */
static int open_first(struct ui *ui, const struct ui_options *o)
{
    if (o->lab != NULL)
        lab_first(ui, o->lab, o->lesson_dir);
    if (o->locator == NULL)
        return EXIT_DONE;
    char opened[MESSAGE_MAX / 2], cut[CALLS_CUT];
    (void)locator_shown(o->locator, opened, sizeof opened);
    calls_section(ui, "opening %s, to look", calls_cut(opened, cut));
    struct oserr e = session_attach(&ui->s, o->locator, o->range_offset, o->range_length);
    if (oserr_is(e)) {
        char shown[MESSAGE_MAX / 2];
        (void)locator_shown(o->locator, shown, sizeof shown);
        return complain_of(shown, e);
    }
    calls_looking(ui);
    if (o->demo)
        keep_demo(ui);
    else
        keep_load_place(ui);
    adopt_view(&ui->s.set, o); /* it was asked for, whatever was left here */
    keep_settle(ui);
    ui->depth = 0;
    ui_push(ui, &screen_inspect);
    return EXIT_DONE;
}

static int run(struct ui *ui, const struct ui_options *o)
{
    const char *why = "";
    int status = open_first(ui, o);
    if (status != EXIT_DONE)
        return status;
    os_catch_stop();
    os_stop_wakes(ui->s.wake);
    ui->term = term_open(ui->s.set.mouse, &why);
    if (ui->term == NULL) {
        os_stop_wakes(NULL);
        return complain("the terminal UI cannot start", why);
    }
    if (!canvas_resize(&ui->canvas, term_rows(ui->term), term_cols(ui->term)))
        ui_say(ui, STYLE_ERROR, "out of memory for a screen of this size");
    if (strcmp(ui->s.set.theme, "auto") == 0)
        term_learn(ui->term, os_now() + LEARN_FOR);
    ui_apply(ui);
    greet(ui, o);
    loop(ui, o->until);
    os_stop_wakes(NULL);
    term_close(ui->term);
    ui->term = NULL;
    return EXIT_DONE;
}

int ui_main(struct backend *be, const struct ui_options *options)
{
    if (!os_is_terminal(0) || !os_is_terminal(1))
        return complain("the terminal UI needs a terminal; see shmlens help", "");
    struct ui *ui = calloc(1, sizeof *ui);
    if (ui == NULL)
        return complain("out of memory", "");
    struct oserr e = ui_init(ui, be, NULL, 24, 80);
    if (oserr_is(e)) {
        free(ui);
        return complain_of("the terminal UI cannot start", e);
    }
    if (!options->no_config)
        state_load(ui);
    adopt_options(ui, options);
    state_mark_user_changes(ui);
    int status = run(ui, options);
    int signal = os_stop_signal();
    ui_free(ui);
    free(ui);
    if (status != EXIT_DONE || signal == 0)
        return status;
    if (options->demo)
        return EXIT_STOPPED; /* the demo cleans up, then dies of it */
    os_die_of(signal);
    return EXIT_ERROR;
}
