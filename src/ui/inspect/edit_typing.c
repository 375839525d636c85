/* Edit mode: typing in the cells and in a text column. Cells collect characters until the value is
 * complete; a character typed into a text column is complete at once. Each complete value is
 * written immediately (edit_store.c). */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/number.h"
#include "core/plural.h"
#include "core/text.h"
#include "ui/inspect/inspect.h"

/* A longer pause begins a new step of undo. */
static const int64_t run_pause = INT64_C(5000000000);

static bool is_digit(uint32_t c)
{
    return c >= '0' && c <= '9';
}

static bool is_hex(uint32_t c)
{
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool is_letter(uint32_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Can a value of this view start with c? */
static bool begins(const struct view *v, uint32_t c)
{
    switch (v->kind) {
    case VIEW_HEX:
    case VIEW_POINTER:
        return is_hex(c);
    case VIEW_BITS:
        return c == '0' || c == '1';
    case VIEW_UNSIGNED:
        return is_digit(c);
    case VIEW_SIGNED:
        return is_digit(c) || c == '-';
    case VIEW_FLOAT:
        return is_digit(c) || c == '-' || c == '.';
    case VIEW_TEXT:
        break;
    }
    return false;
}

/* Is it a number of the view, or the start of one? Whether it fits does not count. */
static bool is_start(const struct view *v, const char *text)
{
    static const char *const rest[] = {"",     "0",   "B",  "nf",
                                       "f",    "an",  "n",        /* of 1KiB, -inf, */
                                       "nity", "ity", "ty", "y"}; /* -infinity */
    for (size_t i = 0; i < sizeof rest / sizeof rest[0]; i++) {
        char whole[TYPED_MAX + 8];
        struct number n;
        double d = 0;
        (void)snprintf(whole, sizeof whole, "%s%s", text, rest[i]);
        enum num_status status =
            v->kind == VIEW_FLOAT ? number_f64(whole, &d) : number_parse(whole, &n);
        if (status == NUM_OK || status == NUM_RANGE)
            return true;
    }
    return false;
}

/* Can `text`, which is half typed, continue with c? */
static bool goes_on(const struct view *v, const char *text, uint32_t c)
{
    char next[TYPED_MAX + 1];
    if (v->kind == VIEW_HEX || v->kind == VIEW_BITS)
        return begins(v, c);
    if (v->kind == VIEW_POINTER)
        return is_hex(c) || ((c == 'x' || c == 'X') && strcmp(text, "0") == 0);
    if (c <= ' ' || c >= 0x7f)
        return false;
    (void)snprintf(next, sizeof next, "%s%c", text, (char)c);
    return is_start(v, next);
}

/* Was c meant for a number, not as a key? The signs and the dot are keys in hex and bits. */
static bool means_number(const struct view *v, uint32_t c)
{
    bool plain = v->kind == VIEW_HEX || v->kind == VIEW_BITS;
    return is_digit(c) || is_letter(c) || (!plain && (c == '+' || c == '-' || c == '.'));
}

int inspect_text_column(const struct ui *ui)
{
    int column = (int)ui->s.focus - FOCUS_TEXT;
    return !ui->s.typed && column >= 0 && column < ui->inspect->at.texts ? column : -1;
}

/* The text encoding of the column with the cursor; false: it is in the cells, and they are not
 * text. */
static bool text_column(const struct ui *ui, enum text_encoding *enc)
{
    const struct view *v = inspect_view(ui);
    int column = inspect_text_column(ui);
    if (column >= 0) {
        *enc = ui->inspect->at.enc[column];
        return true;
    }
    *enc = v->enc;
    return ui->s.focus == FOCUS_CELLS && v->kind == VIEW_TEXT;
}

bool edit_types_text(const struct ui *ui)
{
    enum text_encoding enc = TEXT_UTF8;
    return session_editing(&ui->s) && !ui->s.typed && text_column(ui, &enc);
}

const char *edit_undo_key(const struct ui *ui, char buf[UI_PRESS])
{
    const struct binding *b;
    for (size_t i = 0; (b = keymap_row(ui->keys, i)) != NULL; i++) {
        bool types = b->key.mods == 0 && b->key.code >= ' ' && b->key.code < KEY_BASE;
        if (b->mode != MODE_INSPECT || strcmp(b->command, "undo") != 0 ||
            (types && edit_types_text(ui)))
            continue;
        char name[KEY_NAME_MAX];
        (void)key_name(b->key, name);
        (void)snprintf(buf, UI_PRESS, "%s", name);
        return buf;
    }
    (void)snprintf(buf, UI_PRESS, ":undo");
    return buf;
}

/* The bytes on the screen at this offset; false: not read yet. */
static bool seen_there(const struct ui *ui, uint64_t offset, uint8_t *out, size_t n)
{
    return session_bytes(&ui->s, offset, out, n) == n;
}

/* Can n bytes be typed at this offset? If not, says why. */
static bool room_for(struct ui *ui, uint64_t offset, size_t n)
{
    uint64_t end = session_end(&ui->s);
    if (offset >= end || end - offset < n) {
        uint64_t left = offset < end ? end - offset : 0;
        ui_say(ui, STYLE_ERROR, "0x%" PRIx64 ": only %" PRIu64 " byte%s before the end", offset,
               left, plural_s(left));
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        uint8_t byte = 0, state = BYTE_DATA;
        int64_t changed = 0;
        bool base = false;
        (void)session_byte(&ui->s, offset + i, &byte, &state, &changed, &base);
        if (state == BYTE_UNKNOWN) {
            ui_say(ui, STYLE_ERROR,
                   "0x%" PRIx64 ": present value unknown; {prompt poke} writes without comparing",
                   offset + i);
            return false;
        }
    }
    return true;
}

/* A store of n bytes; what was there when typing began is in `seen`. `run`: see cell_store. */
static void store_typed(struct ui *ui, const struct view *view, const struct poke *p, bool seen,
                        uint32_t run)
{
    struct cell_store r = {
        .why = STORE_TYPED, .view = view, .job = {.poke = *p, .unseen = !seen}, .run = run};
    r.job.poke.cas = true;
    edit_store(ui, &r);
}

/* The run that n bytes typed at `offset` belong to: the last one if nothing came in between. */
static uint32_t run_of(struct ui *ui, uint64_t offset, size_t n)
{
    struct inspect_state *st = ui->inspect;
    bool goes_on = st->run.open && st->run.next == offset && ui->now - st->run.time <= run_pause;
    if (!goes_on && ++st->run.number == 0)
        st->run.number = 1;
    st->run.open = true;
    st->run.next = offset + n;
    st->run.time = ui->now;
    return st->run.number;
}

/* A character typed in a text column is complete at once. */
static void type_char(struct ui *ui, enum text_encoding enc, uint32_t cp)
{
    uint8_t bytes[4];
    uint64_t offset = ui->s.cursor;
    size_t n = text_encode(enc, cp, bytes);
    uint64_t into = (offset - (ui->s.phase ? 1 : 0)) & (text_unit(enc) - 1);
    if (into <= offset)
        offset -= into; /* to the start of this unit */
    if (n == 0) {
        ui_say(ui, STYLE_ERROR, "U+%04" PRIX32 " is not in %s", cp, view_text(enc)->name);
        return;
    }
    if (!room_for(ui, offset, n))
        return;
    struct poke p = {.offset = offset, .size = (uint32_t)n};
    memcpy(p.value, bytes, n);
    bool seen = seen_there(ui, offset, p.expect, n);
    store_typed(ui, view_text(enc), &p, seen, run_of(ui, offset, n));
    session_move_to(&ui->s, offset + n, false);
}

static void begin_typing(struct ui *ui, const struct view *v)
{
    struct typing *t = &ui->inspect->typing;
    uint64_t offset = session_cell(&ui->s, ui->s.cursor);
    uint64_t row = (offset - session_start(&ui->s)) % session_width(&ui->s);
    if (!room_for(ui, offset, v->unit))
        return;
    if (row + v->unit > session_width(&ui->s) + session_shift(&ui->s)) {
        ui_say(ui, STYLE_ERROR, "fewer than %u bytes left here: use a smaller view", v->unit);
        return;
    }
    *t = (struct typing){.active = true, .offset = offset, .view = v};
    t->seen_known = seen_there(ui, offset, t->seen, v->unit);
    session_move_to(&ui->s, offset, false);
    ui->s.selecting = false;
}

/* Writes the complete value. False: it is not a valid value, and typing continues. */
static bool complete(struct ui *ui)
{
    struct typing *t = &ui->inspect->typing;
    struct poke p = {.offset = t->offset, .size = t->view->unit};
    char why[VIEW_WHY_MAX];
    size_t n = 0;
    const char *wrong = view_parse(t->view, t->text, p.value, sizeof p.value, &n, why);
    if (wrong != NULL || n != t->view->unit) {
        ui_say(ui, STYLE_ERROR, "%s", wrong != NULL ? wrong : "not one value");
        return false;
    }
    memcpy(p.expect, t->seen, sizeof p.expect);
    bool seen = t->seen_known || seen_there(ui, p.offset, p.expect, p.size);
    t->active = false;
    store_typed(ui, t->view, &p, seen, 0);
    return true;
}

static void type_into_value(struct ui *ui, uint32_t c)
{
    struct typing *t = &ui->inspect->typing;
    ui->inspect->amid = true;
    if (t->length + 1 >= sizeof t->text)
        return;
    t->text[t->length++] = (char)c;
    t->text[t->length] = '\0';
    size_t whole = t->view->kind == VIEW_HEX ? 2 : t->view->kind == VIEW_BITS ? 8 : 0;
    uint64_t next = t->offset + t->view->unit;
    if (t->length == whole && complete(ui))
        session_move_to(&ui->s, next, false);
}

static void erase(struct ui *ui)
{
    struct typing *t = &ui->inspect->typing;
    t->text[--t->length] = '\0';
    t->active = t->length > 0;
}

void edit_mode_drop(struct ui *ui)
{
    struct typing *t = &ui->inspect->typing;
    ui->inspect->dropped = ui->inspect->dropped || t->active;
    bool whole = t->view != NULL && t->view->kind != VIEW_HEX && t->view->kind != VIEW_BITS;
    if (t->active && whole)
        ui_say(ui, STYLE_WARN, "0x%" PRIx64 ": %s was dropped, nothing written: Enter writes it",
               t->offset, t->text);
    else if (t->active)
        ui_say(ui, STYLE_WARN, "0x%" PRIx64 ": the unfinished %s was dropped, nothing written",
               t->offset, t->text);
    t->active = false;
}

bool inspect_dropped(const struct ui *ui)
{
    return ui->inspect->dropped;
}

/* A character that no number has and that is no command: `\u00e9`. */
static bool is_foreign(const struct ui *ui, struct key key)
{
    return key.mods == 0 && key.code >= 0xa0 && key.code < KEY_BASE && ui_binding(ui, key) == NULL;
}

/* Letters and the space between typed values: slips more often than commands. */
static bool is_slip(struct key key)
{
    return (key.mods & (KEY_CTRL | KEY_ALT)) == 0 && (key.code == ' ' || is_letter(key.code));
}

/* A slip right after a typed value does nothing; pressed again, it is a command. `u` always is:
 * it takes back what was just typed. */
static bool slipped(struct ui *ui, struct key key)
{
    struct inspect_state *st = ui->inspect;
    if (is_foreign(ui, key)) {
        char name[KEY_NAME_MAX];
        (void)key_name(key, name);
        ui_say(ui, STYLE_WARN,
               "%s cannot be typed into %s cells: {move column} moves to the text, where it can",
               name, inspect_view(ui)->name);
        return true;
    }
    if (!st->amid || !is_slip(key) || key.code == 'u')
        return false;
    st->amid = key.code == ' ';
    st->slipped = key.code != ' ';
    if (st->slipped)
        ui_say(ui, STYLE_WARN, "%c types nothing here; press it again for its command",
               (char)key.code);
    return true;
}

/* A key while a value is half typed. */
static bool key_while_typing(struct ui *ui, struct key key)
{
    struct typing *t = &ui->inspect->typing;
    bool plain = (key.mods & (KEY_CTRL | KEY_ALT)) == 0;
    if (plain && key.code < KEY_BASE && goes_on(t->view, t->text, key.code)) {
        type_into_value(ui, key.code);
    } else if ((plain && means_number(t->view, key.code)) || is_foreign(ui, key)) {
        char name[KEY_NAME_MAX];
        (void)key_name(key, name);
        ui->inspect->slipped = true;
        ui_say(ui, STYLE_WARN, "%s is not a digit of %s: go on after %s, or Esc cancels", name,
               t->view->name, t->text);
    } else if (plain && (key.code == KEY_ENTER_ || key.code == ' ')) {
        uint64_t next = t->offset + t->view->unit;
        if (t->view->kind == VIEW_HEX)
            ui_say(ui, STYLE_WARN, "type the second digit, or Esc to cancel");
        else if (complete(ui))
            session_move_to(&ui->s, next, false);
    } else if (key.code == KEY_BACKSPACE_ || (key.code == 'h' && (key.mods & KEY_CTRL) != 0)) {
        erase(ui);
    } else if (key.code == KEY_ESC_) {
        t->active = false;
        ui_say(ui, STYLE_TEXT, "cancelled; nothing written");
    } else {
        edit_mode_drop(ui);
        return false;
    }
    return true;
}

/* Nothing can be typed into a picture that is paused or past, so the keys that move through time
 * work even in edit mode. */
static bool moves_in_time(const struct ui *ui, struct key key)
{
    return (ui->s.past != 0 || ui->s.paused) && key.code >= ' ' && key.code < 0x7f &&
           strchr(" []{}<>.", (int)key.code) != NULL;
}

bool inspect_stands(struct ui *ui)
{
    if (inspect_is_past(ui))
        return true;
    if (ui->s.paused)
        ui_say(ui, STYLE_WARN, "the display is paused: press {pause}, then type");
    return ui->s.paused;
}

/* A key in a text column: true: it was typed. */
static bool key_in_text(struct ui *ui, enum text_encoding enc, struct key key)
{
    if (key.code < 0x20 || (key.code >= 0x7f && key.code < 0xa0))
        return false;
    if (!inspect_stands(ui))
        type_char(ui, enc, key.code);
    return true;
}

static bool mode_key(struct ui *ui, struct key key)
{
    struct typing *t = &ui->inspect->typing;
    enum text_encoding enc = TEXT_UTF8;
    ui->inspect->slipped = false;
    if (!session_editing(&ui->s)) {
        t->active = ui->inspect->amid = false;
        return false;
    }
    if (t->active)
        return key_while_typing(ui, key);
    if (!is_slip(key))
        ui->inspect->amid = false;
    if ((key.mods & (KEY_CTRL | KEY_ALT)) != 0 || key.code >= KEY_BASE || moves_in_time(ui, key))
        return false;
    if (text_column(ui, &enc))
        return key_in_text(ui, enc, key);
    if (ui->s.focus != FOCUS_CELLS)
        return false;
    if (!begins(inspect_view(ui), key.code))
        return slipped(ui, key);
    if (inspect_stands(ui))
        return true;
    begin_typing(ui, inspect_view(ui));
    if (t->active)
        type_into_value(ui, key.code);
    return true;
}

bool edit_mode_key(struct ui *ui, struct key key)
{
    struct inspect_state *st = ui->inspect;
    uint64_t next = st->run.next;
    uint32_t number = st->run.number;
    bool used = mode_key(ui, key);
    bool typed = st->run.next != next || st->run.number != number;
    st->run.open = st->run.open && typed; /* any other key ends it */
    return used;
}
