/* The title line (which segment, in which state, who uses it), and the notice below it when
 * something happened to the segment. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "backend/os.h"
#include "core/locator.h"
#include "core/number.h"
#include "core/plural.h"
#include "core/text.h"
#include "ui/inspect/inspect.h"

enum { NOTICE_SECONDS = 10, NAME_LEAST = 24, PART_MAX = 48, RANGE_MAX = 80, PLACE_COLS = 3 };
enum { ALONE_LASTS = 150 * 1000000 }; /* ns */

/* The parts of the title; when it does not fit, the least important are dropped first. */
struct parts {
    char size[RANGE_MAX]; /* and of which part, with --range */
    char mode[12];
    char owner[33];
    char state[PART_MAX]; /* dest, sealed, ... */
    char live[INSPECT_CLOCK];
    char who[PART_MAX];
    char place[8];
    char kept[64];    /* number of frozen values; the sequence counter */
    char special[24]; /* what the view does besides showing: FOLLOW */
    char view[16];    /* of the column with the cursor, with its order: `u64 le`; empty: hex */
    char base[16];    /* `BASE 12:04` */
    const char *heat; /* HEAT */
    const char *access;
    enum style live_style, access_style;
};

static void mode_text(const struct seg_stat *st, char out[12])
{
    char letters[NUMBER_MODE_MAX];
    const char *more = st->acl ? "+" : "";
    number_format_mode(st->mode, letters);
    if ((st->mode & 07000) != 0)
        (void)snprintf(out, 12, "%04o%s", (unsigned)st->mode & 07777, more);
    else
        (void)snprintf(out, 12, "%s%s", letters, more);
}

static const char *owner_name(struct ui *ui, uint32_t uid)
{
    struct inspect_state *st = ui->inspect;
    if (!st->owner_known || st->owner_uid != uid) {
        char buf[33], shown[sizeof st->owner];
        const char *name = os_user_name(uid, buf);
        (void)text_escape(shown, sizeof shown, name, strlen(name));
        memcpy(st->owner, shown, sizeof shown);
        st->owner_uid = uid;
        st->owner_known = true;
    }
    return st->owner;
}

/* Where the window is in the segment. */
static void place_text(const struct session *s, char out[8])
{
    uint64_t start = session_start(s), end = session_end(s);
    uint64_t shown = (uint64_t)s->rows * session_width(s), length = end - start;
    uint64_t top = s->top - start;
    if (length <= shown)
        (void)snprintf(out, 8, "all");
    else if (top == 0)
        (void)snprintf(out, 8, "top");
    else if (top + shown >= length)
        (void)snprintf(out, 8, "end");
    else
        (void)snprintf(out, 8, "%d%%", (int)((double)top / (double)(length - shown) * 100));
}

/* No other process uses it: none was seen, and *unseen: so much could not be checked. */
static bool only_us(const struct session *s, size_t *unseen)
{
    struct seg_users u;
    return session_who(s, &u, unseen) && u.rw + u.ro + u.held == 0;
}

static bool nameless(const struct seg_stat *t)
{
    return t->name_gone || t->replaced || (t->state & (SEG_ST_UNLINKED | SEG_ST_DEST)) != 0;
}

/* It is freed when we close it: its name is gone, or (Windows) we hold the only handle. The
 * lister's own handle counts for a moment as somebody else's. */
static bool lives_by_us(const struct ui *ui)
{
    struct inspect_state *st = ui->inspect;
    const struct seg_stat *t = &ui->s.sample.stat;
    uint64_t own = 0; /* our handles to segments we created */
    for (size_t i = 0; i < ui->made_count; i++)
        own += seg_last(ui->made[i])->dev == t->dev && seg_last(ui->made[i])->ino == t->ino;
    bool made = own > 0 && (t->known & SEG_HAS_SECTION) != 0 && t->attached == own;
    if (made || (t->state & SEG_ST_ONLY_US) != 0)
        st->alone_until = ui->now + ALONE_LASTS;
    return nameless(t) || ui->now < st->alone_until;
}

/* `3 rw 2 r 1 fd`, the words of the list and of the panel. */
static void who_text(const struct ui *ui, char out[PART_MAX])
{
    static const char *const words[] = {"rw", "r", "fd"};
    const struct session *s = &ui->s;
    struct seg_users u;
    size_t unseen = 0, n = 0;
    const char *gap = "";
    out[0] = '\0';
    if (session_recorded(s) || !session_who(s, &u, &unseen))
        return;
    if (u.rw + u.ro + u.held == 0) {
        (void)snprintf(out, PART_MAX, "%s",
                       lives_by_us(ui) ? "KEEPING ALIVE"
                       : unseen > 0    ? "no other process seen"
                                       : "no other process");
        return;
    }
    const size_t counts[] = {u.rw, u.ro, u.held};
    if (s->sample.past.time != 0) { /* past users are not recorded */
        n = (size_t)snprintf(out, PART_MAX, "now");
        gap = " ";
    }
    for (int i = 0; i < 3; i++) {
        if (counts[i] == 0 || n >= PART_MAX)
            continue;
        n += (size_t)snprintf(out + n, PART_MAX - n, "%s%zu %s", gap, counts[i], words[i]);
        gap = " ";
    }
}

/* States that its kind reports; a removed name is in the notice. */
static void state_text(const struct seg_stat *t, char out[PART_MAX])
{
    static const struct {
        unsigned bit;
        const char *name;
    } words[] = {{SEG_ST_DEST, "dest"},
                 {SEG_ST_SEALED, "sealed"},
                 {SEG_ST_LOCKED, "locked"},
                 {SEG_ST_HUGETLB, "hugetlb"}};
    size_t n = 0;
    out[0] = '\0';
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if ((t->state & words[i].bit) != 0)
            n += (size_t)snprintf(out + n, PART_MAX - n, "%s%s", n > 0 ? " " : "", words[i].name);
}

static void size_text(const struct session *s, char out[RANGE_MAX])
{
    bool past = s->sample.past.time != 0;
    char size[NUMBER_SIZE_MAX];
    (void)number_format_size(past ? s->sample.past.total : s->sample.stat.size, size);
    if (s->range_length != 0)
        (void)snprintf(out, RANGE_MAX, "range 0x%" PRIx64 ":%" PRIu64 " of %s", s->range_offset,
                       s->range_length, size);
    else
        (void)snprintf(out, RANGE_MAX, "%s", size);
}

/* Modes that change what colours and numbers mean. */
static void mode_chips(const struct ui *ui, struct parts *p)
{
    const struct view *v = inspect_view(ui);
    const struct baseline_time *b = &ui->inspect->base;
    size_t n = strlen(v->name), order = view_swapped(v) != v && n > 2 ? 2 : 0;
    char clock[16] = "";
    if (inspect_text_column(ui) >= 0)
        (void)snprintf(p->view, sizeof p->view, "%s",
                       view_text(ui->inspect->at.enc[inspect_text_column(ui)])->name);
    else if (v->kind != VIEW_HEX)
        (void)snprintf(p->view, sizeof p->view, "%.*s%s%s", (int)(n - order), v->name,
                       order > 0 ? " " : "", v->name + n - order);
    if (ui->s.sample.has_base && b->wall != 0 && seg_id_equal(b->id, ui->s.id))
        os_clock_text(b->wall, clock);
    if (ui->s.sample.has_base)
        (void)snprintf(p->base, sizeof p->base, "BASE%s%.5s", clock[0] != '\0' ? " " : "", clock);
    p->heat = ui->s.heat && ui->s.sample.past.time == 0 ? "HEAT" : "";
}

/* Does what is typed go into the segment? Not while the picture is paused or past. */
static bool edits(const struct session *s)
{
    return s->edit && !s->paused && s->past == 0 && s->sample.past.time == 0;
}

static void collect(struct ui *ui, struct parts *p)
{
    const struct session *s = &ui->s;
    const struct seg_stat *t = &s->sample.stat;
    *p = (struct parts){.access = edits(s) && edit_types_text(ui) ? "EDIT TEXT"
                                  : edits(s)                      ? "EDIT"
                                  : s->edit                       ? "EDIT WAITS"
                                  : inspect_text_column(ui) >= 0  ? "READ-ONLY TEXT"
                                                                  : "READ-ONLY",
                        .access_style = edits(s) ? STYLE_EDIT : STYLE_READONLY};
    bool past = s->sample.past.time != 0;
    size_text(s, p->size);
    mode_chips(ui, p);
    if ((t->known & SEG_HAS_MODE) != 0)
        mode_text(t, p->mode);
    if ((t->known & SEG_HAS_OWNER) != 0)
        (void)snprintf(p->owner, sizeof p->owner, "%s", owner_name(ui, t->uid));
    state_text(t, p->state);
    p->live_style = inspect_clock(ui, p->live);
    who_text(ui, p->who);
    place_text(s, p->place);
    size_t frozen = s->sample.freeze.count, n = 0;
    if (frozen > 0)
        n = (size_t)snprintf(p->kept, sizeof p->kept, "%zu FROZEN", frozen);
    if (s->locked)
        (void)snprintf(p->kept + n, sizeof p->kept - n, "%sSEQLOCK%s", n > 0 ? " " : "",
                       s->sample.settle.busy ? " ~" : "");
    if (!past && (s->only || s->follow)) /* the past is shown whole and does not move */
        (void)snprintf(p->special, sizeof p->special, "%s", s->only ? "CHANGED ROWS" : "FOLLOW");
}

/* The place is at the right edge; its columns are kept, so that nothing comes and goes while
 * one scrolls. */
static int place_columns(const struct parts *p)
{
    int width = canvas_width(p->place);
    return width > 0 && width < PLACE_COLS ? PLACE_COLS : width;
}

/* Columns of everything but the name. */
static int columns(const struct parts *p)
{
    const char *const all[] = {p->size,    p->mode, p->owner, p->state, p->live, p->access, p->kept,
                               p->special, p->base, p->heat,  p->view,  p->who,  p->place};
    int n = 0;
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        if (all[i][0] != '\0')
            n += (all[i] == p->place ? place_columns(p) : canvas_width(all[i])) + 2;
    return n - (p->mode[0] != '\0' && p->owner[0] != '\0'); /* these have one blank between them */
}

/* Columns of the modes. */
static int chips_width(const struct parts *p)
{
    const char *const all[] = {p->special, p->base, p->heat, p->view};
    int n = 0;
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        n += all[i][0] != '\0' ? canvas_width(all[i]) + 2 : 0;
    return n;
}

/* Draws the name in at most `room` columns, shortened in the middle. */
static int draw_name(struct canvas *c, int col, int room, enum style style, const char *shown)
{
    int width = canvas_width(shown);
    if (width <= room)
        return canvas_text(c, 0, col, col + room, style, shown);
    int head = (room - 1) / 2, tail = room - 1 - head;
    int end = canvas_text(c, 0, col, col + head, style, shown);
    end = canvas_text(c, 0, end, col + room, style, "\u2026");
    const char *p = shown + strlen(shown);
    while (p > shown && canvas_width(p) < tail) {
        p--;
        while (p > shown && ((unsigned char)*p & 0xc0) == 0x80)
            p--;
    }
    while (canvas_width(p) > tail) {
        p++;
        while (((unsigned char)*p & 0xc0) == 0x80)
            p++;
    }
    return canvas_text(c, 0, end, col + room, style, p);
}

static int draw_part(struct canvas *c, int col, enum style style, const char *text)
{
    return text[0] == '\0' ? col : canvas_text(c, 0, col + 2, c->cols, style, text);
}

void inspect_draw_title(struct ui *ui)
{
    struct canvas *c = &ui->canvas;
    struct parts p;
    char name[LOCATOR_MAX * 4]; /* every byte may become \xNN */
    (void)locator_shown(ui->s.locator, name, sizeof name);
    int least = canvas_width(name) + 1;
    if (least > NAME_LEAST)
        least = NAME_LEAST;
    collect(ui, &p);
    char *const cheap[] = {p.place, p.view, p.owner, p.mode, p.state, p.who, p.size};
    for (size_t i = 0; i < sizeof cheap / sizeof cheap[0]; i++) {
        bool needed = cheap[i] == p.who && strcmp(p.who, "KEEPING ALIVE") == 0;
        int edge = p.place[0] != '\0'; /* the place has a blank after it */
        if (columns(&p) + least + edge > c->cols && !needed)
            cheap[i][0] = '\0';
    }
    enum style title = edits(&ui->s) ? STYLE_EDIT : STYLE_TITLE;
    canvas_fill(c, 0, 0, c->cols, title, ' ');
    int room = c->cols - columns(&p) - 2;
    room += canvas_width(name) == room + 1 && p.place[0] == '\0'; /* to the edge: all of it */
    int col = draw_name(c, 1, room > 1 ? room : 1, title, name);
    col = draw_part(c, col, title, p.size);
    col = draw_part(c, col, title, p.mode);
    col = draw_part(c, col - (p.mode[0] != '\0' && p.owner[0] != '\0'), title, p.owner);
    col = draw_part(c, col, title, p.state);
    int state = canvas_width(p.live) + canvas_width(p.access) + canvas_width(p.kept) +
                canvas_width(p.who) + 9 + chips_width(&p);
    int free_columns = c->cols - col - state - place_columns(&p) - 3;
    col = draw_part(c, col + (free_columns > 2 ? 2 : 0), p.live_style, p.live);
    col = draw_part(c, col, p.access_style, p.access);
    col = draw_part(c, col, ui->s.locked && ui->s.sample.settle.busy ? STYLE_WARN : p.access_style,
                    p.kept);
    col = draw_part(c, col, STYLE_PAUSED, p.special);
    col = draw_part(c, col, STYLE_BASE, p.base);
    col = draw_part(c, col, STYLE_HEAT4, p.heat);
    col = draw_part(c, col, title, p.view);
    (void)draw_part(c, col, lives_by_us(ui) ? STYLE_WARN : title, p.who);
    if (p.place[0] != '\0')
        (void)canvas_text(c, 0, c->cols - 1 - canvas_width(p.place), c->cols, title, p.place);
    if (ui->inspect->notice[0] != '\0') {
        canvas_fill(c, 1, 0, c->cols, STYLE_WARN, ' ');
        (void)canvas_text(c, 1, 1, c->cols, STYLE_WARN, ui->inspect->notice);
    }
}

/* ---- the notice ---- */

static void add(struct inspect_state *st, const char *text)
{
    size_t n = strlen(st->notice);
    if (n + 3 < sizeof st->notice)
        (void)snprintf(st->notice + n, sizeof st->notice - n, "%s%s", n > 0 ? "; " : "", text);
}

static void add_name_events(struct ui *ui)
{
    const struct session *s = &ui->s;
    const struct seg_stat *t = &s->sample.stat;
    size_t unseen = 0;
    char text[96];
    if (t->replaced)
        add(ui->inspect,
            ui_hint(ui, "replaced by a new segment of this name ({reattach} reattaches)", text,
                    sizeof text));
    else if ((t->state & SEG_ST_DEST) != 0)
        add(ui->inspect, "removed; the memory is freed when the last process detaches");
    else if (nameless(t))
        add(ui->inspect, "unlinked");
    if (!lives_by_us(ui) || !only_us(s, &unseen))
        return;
    (void)snprintf(text, sizeof text, "only shmlens keeps it alive");
    if (unseen > 0)
        (void)snprintf(text, sizeof text, "no other user seen; %zu could not be read", unseen);
    add(ui->inspect, text);
}

static void add_troubles(struct ui *ui)
{
    const struct sample *p = &ui->s.sample;
    char text[160], why[96], mode[12];
    if (p->stat.denied) {
        mode_text(&p->stat, mode);
        (void)snprintf(text, sizeof text, "permission lost: mode is now %s", mode);
        add(ui->inspect, text);
    }
    if (oserr_is(p->error)) {
        (void)snprintf(text, sizeof text, "gone: cannot be read (%s: %s)", p->error.call,
                       oserr_text(p->error, why, sizeof why));
        add(ui->inspect, text);
    }
}

static void event_text(const struct seg_event *e, char text[128])
{
    char why[64];
    if (e->kind == SEEN_LET_GO)
        (void)snprintf(text, 128, "%" PRIu64 " frozen value%s released: %s", e->value,
                       plural_s(e->value), oserr_text(e->error, why, sizeof why));
    else
        (void)snprintf(text, 128, "%s to %" PRIu64 " byte%s",
                       e->kind == SEEN_SHRUNK ? "shrunk" : "grown", e->value, plural_s(e->value));
}

/* The newest size change, or frozen values that could not be held: shown for a while, or until Esc.
 */
static void add_newest(struct ui *ui, bool let_go)
{
    struct inspect_state *st = ui->inspect;
    const struct sample *p = &ui->s.sample;
    uint64_t kept = p->events < SAMPLE_EVENTS ? p->events : SAMPLE_EVENTS;
    for (uint64_t k = p->events; k > p->events - kept; k--) {
        const struct seg_event *e = &p->event[(k - 1) % SAMPLE_EVENTS];
        bool wanted =
            let_go ? e->kind == SEEN_LET_GO : e->kind == SEEN_SHRUNK || e->kind == SEEN_GROWN;
        if (!wanted)
            continue;
        int64_t until = e->time + (int64_t)NOTICE_SECONDS * 1000000000;
        if (k <= ui->s.events_seen || ui->now > until)
            return;
        char text[128];
        event_text(e, text);
        st->size_event = k > st->size_event ? k : st->size_event;
        st->size_until = until > st->size_until ? until : st->size_until;
        add(st, text);
        return;
    }
}

bool inspect_notice(struct ui *ui)
{
    struct inspect_state *st = ui->inspect;
    st->notice[0] = '\0';
    st->size_until = 0;
    st->size_event = 0;
    if (ui->s.locator[0] == '\0')
        return false;
    add_name_events(ui);
    add_troubles(ui);
    add_newest(ui, false);
    add_newest(ui, true);
    return st->notice[0] != '\0';
}

bool inspect_notice_seen(struct ui *ui)
{
    uint64_t event = ui->inspect->size_event;
    if (event == 0 || event <= ui->s.events_seen)
        return false;
    ui->s.events_seen = event;
    return true;
}
