/* Values of the tree typed in place, and by the poke prompts. A field is stored as one value: a
 * compare-and-swap against what was on the screen when typing began. Of a bitfield only its own
 * bits are compared and stored. Texts and bytes of more than a word are stored word by word, those
 * words that differ. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/number.h"
#include "ui/frame/actions.h"
#include "ui/tree/tree.h"

enum { WORD = 8, EDIT_SHOWN = 256, NAMES_MAX = 4096 };

/* ---- what can be changed ---- */

/* Says in words why a field has no value that could be stored. */
static bool refuse(struct ui *ui, const struct type_node *n)
{
    const char *what =
        n->kind == NODE_PADDING   ? "padding has no value; the bytes ({tree}) can be changed"
        : n->kind == NODE_STRUCT  ? "a struct is changed field by field ({tree open} opens it)"
        : n->kind == NODE_UNION   ? "a union is changed in one of its fields"
        : n->kind == NODE_ARRAY   ? "an array is changed element by element"
        : n->size == 0            ? "it has no bytes"
        : n->size > TYPE_TEXT_MAX ? "it is too long for one value"
                                  : NULL;
    char text[96];
    if (what != NULL)
        ui_say(ui, STYLE_ERROR, "%s", ui_hint(ui, what, text, sizeof text));
    return what != NULL;
}

/* The view in which messages show the value; NULL: in hex. */
static const struct view *view_of(const struct ui *ui, const struct type_node *n)
{
    const struct type_source *s = &tree_top(ui)->source;
    const struct type *type = types_get(s->t, n->real);
    char name[16];
    bool is_signed = type->kind == TYPE_SIGNED || (type->flags & TYPE_NEGATIVE) != 0;
    if (n->text)
        return view_find("utf8");
    if (n->bytes || n->bits != 0)
        return NULL;
    (void)snprintf(name, sizeof name, "%c%u%s",
                   type->kind == TYPE_FLOAT ? 'f'
                   : is_signed              ? 'i'
                                            : 'u',
                   (unsigned)n->size * 8, n->big ? "be" : "le");
    return type->kind == TYPE_POINTER ? NULL : view_find(name);
}

/* ---- storing ---- */

/* One word, or up to eight bytes one after the other. */
static void store_word(struct ui *ui, const struct type_node *n, const struct poke *p,
                       uint32_t part, uint32_t parts)
{
    struct cell_store r = {.why = STORE_TYPED,
                           .view = view_of(ui, n),
                           .job = {.poke = *p},
                           .part = part,
                           .parts = parts};
    edit_store(ui, &r);
}

/* Bits of a word that others share. */
static void store_bits(struct ui *ui, const struct type_node *n, const uint8_t *value,
                       const uint8_t *mask, const uint8_t *expect)
{
    struct type_store now, was;
    static const uint8_t none[TREE_SAMPLED];
    if (!type_value_store(n, value, mask, ui->s.sample.stat.size, &now) ||
        !type_value_store(n, expect != NULL ? expect : none, mask, ui->s.sample.stat.size, &was)) {
        ui_say(ui, STYLE_ERROR,
               "its bits are in no aligned word of 1 to 8 bytes: one store cannot change them");
        return;
    }
    struct poke p = {.offset = now.offset, .size = now.size, .cas = expect != NULL};
    memcpy(p.value, now.value, sizeof p.value);
    memcpy(p.mask, now.mask, sizeof p.mask);
    memcpy(p.expect, was.value, sizeof p.expect);
    struct cell_store r = {.why = STORE_TYPED,
                           .bits = n->bits,
                           .bit = (uint8_t)(8 * (n->offset - now.offset) + n->bit),
                           .job = {.poke = p}};
    edit_store(ui, &r);
}

/* The next piece of a value of several words that differs from what was there, from *at on; its
 * length, 0: there is none. */
static size_t next_piece(const struct type_node *n, const uint8_t *value, const uint8_t *expect,
                         size_t *at)
{
    size_t size = (size_t)n->size, k = 0;
    for (; *at < size; *at += k) {
        k = WORD - (size_t)((n->offset + *at) % WORD);
        k = k < size - *at ? k : size - *at;
        if (expect == NULL || memcmp(value + *at, expect + *at, k) != 0)
            return k;
    }
    return 0;
}

/* More than a word: those pieces of it that differ from what was there. */
static void store_pieces(struct ui *ui, const struct type_node *n, const uint8_t *value,
                         const uint8_t *expect)
{
    uint32_t part = ++ui->inspect->parts, parts = 0;
    size_t k = 0;
    for (size_t at = 0; (k = next_piece(n, value, expect, &at)) > 0; at += k)
        parts++;
    for (size_t at = 0; (k = next_piece(n, value, expect, &at)) > 0; at += k) {
        struct poke p = {.offset = n->offset + at, .size = (uint32_t)k, .cas = expect != NULL};
        memcpy(p.value, value + at, k);
        if (expect != NULL)
            memcpy(p.expect, expect + at, k);
        store_word(ui, n, &p, part, parts);
    }
    if (parts == 0)
        ui_say(ui, STYLE_TEXT, "it is that already");
}

/* Stores a value; `expect` NULL: whatever is there. */
static void store(struct ui *ui, const struct type_node *n, const uint8_t *value,
                  const uint8_t *mask, const uint8_t *expect)
{
    struct poke p = {.offset = n->offset, .size = (uint32_t)n->size, .cas = expect != NULL};
    if (n->bits != 0) {
        store_bits(ui, n, value, mask, expect);
    } else if (n->size > WORD) {
        store_pieces(ui, n, value, expect);
    } else {
        memcpy(p.value, value, (size_t)n->size);
        if (expect != NULL)
            memcpy(p.expect, expect, (size_t)n->size);
        store_word(ui, n, &p, 0, 1);
    }
}

/* Can a pointer be stored? Only if all processes have the segment at one address. */
static bool pointer_of(struct ui *ui, const char *text, char out[32], char why[TYPE_WHY_MAX])
{
    const struct type_source *s = &tree_top(ui)->source;
    uint64_t offset = 0, address = 0;
    const struct offset_base base = {.size = session_end(&ui->s)};
    if (text[0] != '+' || number_offset(text + 1, &base, &offset) != NUM_OK) {
        (void)snprintf(out, 32, "%.31s", text);
        return true;
    }
    for (size_t i = 0; i < s->windows; i++) {
        const struct type_window *w = &s->window[i];
        if (offset < w->offset || offset - w->offset >= w->size)
            continue;
        uint64_t here = w->address + (offset - w->offset);
        if (address != 0 && here != address) {
            (void)snprintf(why, TYPE_WHY_MAX,
                           "the processes have the segment at different addresses, so no pointer "
                           "is right for all of them");
            return false;
        }
        address = here;
    }
    if (address == 0)
        (void)snprintf(why, TYPE_WHY_MAX, "no process is known to map that place");
    (void)snprintf(out, 32, "0x%" PRIx64, address);
    return address != 0;
}

/* The bytes of a value as it is typed. False: it was said why not. */
static bool parse(struct ui *ui, const struct type_node *n, const char *text, uint8_t *value,
                  uint8_t *mask)
{
    const struct type_source *s = &tree_top(ui)->source;
    char why[TYPE_WHY_MAX], address[32];
    bool good = true;
    if (n->bits == 0 && types_get(s->t, n->real)->kind == TYPE_POINTER) {
        good = pointer_of(ui, text, address, why);
        text = address;
    }
    good = good && type_value_parse(s, n, text, value, mask, why);
    if (!good)
        ui_say(ui, STYLE_ERROR, "%s", why);
    return good;
}

/* Parses and stores (unless `judged` only). `expect` has the bytes that must be there; NULL: any.
 * False: not a value. */
static bool store_or_judge(struct ui *ui, const struct type_node *n, const char *text,
                           const uint8_t *expect, bool judged)
{
    size_t size = (size_t)n->size + WORD;
    uint8_t *value = calloc(2, size);
    bool good = false;
    if (n->offset > session_end(&ui->s) || n->size > session_end(&ui->s) - n->offset)
        ui_say(ui, STYLE_ERROR, "the segment ends before it");
    else if (value == NULL)
        ui_say(ui, STYLE_ERROR, "out of memory");
    else
        good = parse(ui, n, text, value, value + size);
    if (good && !judged)
        store(ui, n, value, value + size, expect);
    free(value);
    return good;
}

static bool store_text(struct ui *ui, const struct type_node *n, const char *text,
                       const uint8_t *expect)
{
    return store_or_judge(ui, n, text, expect, false);
}

/* The row of a field that a value is meant for. False: the cursor went elsewhere meanwhile, by a
 * jump to a change or because rows went; said. */
static bool still_at(struct ui *ui, const struct tree_field *field, struct type_row *row)
{
    if (tree_cursor(ui, row) && tree_same_way(&row->way, &field->way) &&
        row->node.offset == field->offset)
        return true;
    ui_say(ui, STYLE_WARN, "the cursor is at another field now: nothing was written");
    return false;
}

/* ---- the poke prompts ---- */

void tree_here(struct ui *ui, char *out, size_t cap)
{
    struct type_row row;
    char path[96], type[48];
    (void)snprintf(out, cap, "nothing");
    if (!tree_cursor(ui, &row))
        return;
    ui->tree->poked = (struct tree_field){row.way, row.node.offset};
    (void)tree_path(ui, &row.way, path, sizeof path);
    (void)types_spell(tree_top(ui)->source.t, row.node.type, type, sizeof type);
    (void)snprintf(out, cap, "%s (%s)", path, type);
}

void tree_poke(struct ui *ui, const char *text, const char *old)
{
    struct tree_state *st = ui->tree;
    (void)snprintf(st->value, sizeof st->value, "%s", text);
    (void)snprintf(st->old, sizeof st->old, "%s", old != NULL ? old : "");
    ui_edit_then(ui, "tree store");
}

void tree_poke_kept(struct ui *ui)
{
    const char *text = ui->tree->value, *old = ui->tree->old[0] != '\0' ? ui->tree->old : NULL;
    struct type_row row;
    if (!still_at(ui, &ui->tree->poked, &row) || refuse(ui, &row.node))
        return;
    size_t size = (size_t)row.node.size + WORD;
    uint8_t *expect = calloc(2, size);
    if (expect == NULL)
        ui_say(ui, STYLE_ERROR, "out of memory");
    else if (old == NULL || parse(ui, &row.node, old, expect, expect + size))
        (void)store_text(ui, &row.node, text, old != NULL ? expect : NULL);
    free(expect);
}

bool tree_means_field(const struct ui *ui, const char *word)
{
    struct type_node node;
    char why[TYPE_WHY_MAX];
    uint64_t offset;
    return tree_on(ui) && inspect_offset(ui, word, &offset) != NUM_OK &&
           tree_node(ui, word, &node, why);
}

void tree_poke_field(struct ui *ui, const char *line, const char *path, const char *text)
{
    struct type_node node;
    char why[TYPE_WHY_MAX];
    if (!tree_node(ui, path, &node, why))
        ui_say(ui, STYLE_ERROR, "%s", why);
    else if (!refuse(ui, &node) && store_or_judge(ui, &node, text, NULL, !ui->s.edit) &&
             !ui->s.edit)
        ui_edit_then(ui, line);
}

/* ---- typing in place ---- */

/* What the value is, as it would be typed: an enumerator without its number. */
static void present_value(const struct ui *ui, const struct type_node *n, const uint8_t *p,
                          char *out, size_t cap)
{
    const struct type_source *s = &tree_top(ui)->source;
    struct type_value v;
    type_value_get(s, n, p, &v);
    bool number = v.kind == VALUE_UNSIGNED || v.kind == VALUE_SIGNED;
    enum type_kind kind = (enum type_kind)types_get(s->t, n->real)->kind;
    if (number && type_value_name(s, n, v.bits, out, cap) > 0)
        return;
    if (number && v.kind == VALUE_UNSIGNED && kind != TYPE_CHAR && kind != TYPE_POINTER)
        (void)snprintf(out, cap, "%" PRIu64, v.bits);
    else if (number && kind != TYPE_CHAR && kind != TYPE_POINTER)
        (void)snprintf(out, cap, "%" PRId64, (int64_t)v.bits);
    else if (kind == TYPE_POINTER)
        (void)snprintf(out, cap, "0x%" PRIx64, v.bits);
    else if (kind == TYPE_CHAR && number)
        (void)snprintf(out, cap, "%" PRId64, (int64_t)v.bits);
    else
        (void)type_value_format(s, n, p, out, cap);
}

void tree_now(struct ui *ui, char *out, size_t cap)
{
    struct type_row row;
    uint8_t bytes[TREE_SAMPLED];
    char now[EDIT_MAX] = "";
    size_t index = 0;
    out[0] = '\0';
    if (!tree_cursor(ui, &row) || row.node.size == 0 || row.node.size > sizeof bytes ||
        row.node.kind != NODE_LEAF)
        return;
    enum tree_known known = tree_bytes(ui, row.node.offset, (size_t)row.node.size, bytes, &index);
    if (known == TREE_DATA || known == TREE_HOLE)
        present_value(ui, &row.node, bytes, now, sizeof now);
    if (strlen(now) < cap)
        (void)snprintf(out, cap, "%s", now);
}

/* The enum whose names can be typed here: the field's type, or that of its flags. */
static const struct type *names_of(const struct ui *ui, const struct type_node *n)
{
    const struct type_source *s = &tree_top(ui)->source;
    const struct type_hint *h = types_hint(s->t, n->hint);
    const struct type *type = types_get(s->t, h->form == FORM_FLAGS ? h->flags : n->real);
    return type->kind == TYPE_ENUM && type->count > 0 ? type : NULL;
}

/* What can be typed: the names of an enum, as many as a line has room for. */
static void say_choices(struct ui *ui, const struct type_row *row)
{
    const struct types *t = tree_top(ui)->source.t;
    const struct type *e = names_of(ui, &row->node);
    char path[96], names[64] = "";
    (void)tree_path(ui, &row->way, path, sizeof path);
    size_t n = 0;
    for (uint32_t i = 0; e != NULL && i < e->count; i++) {
        const char *name = types_name(t, types_enumerator(t, e->first + i)->name);
        if (n + strlen(name) + sizeof ", ..." > sizeof names) {
            (void)snprintf(names + n, sizeof names - n, "%s...", n > 0 ? ", " : "");
            break;
        }
        n += (size_t)snprintf(names + n, sizeof names - n, "%s%s", n > 0 ? ", " : "", name);
    }
    if (e != NULL)
        ui_say(ui, STYLE_TEXT, "%s: %s; Tab takes the next", path, names);
    else if (types_get(t, row->node.real)->kind == TYPE_BOOL)
        ui_say(ui, STYLE_TEXT, "%s: true, false; Tab takes the other", path);
    else
        ui_say(ui, STYLE_TEXT, "%s: what is typed replaces the value, arrows keep it", path);
}

void tree_edit_start(struct ui *ui, const char *text)
{
    struct tree_state *st = ui->tree;
    struct type_row row;
    char now[EDIT_MAX] = "";
    size_t index;
    if (inspect_stands(ui) || !tree_cursor(ui, &row) || refuse(ui, &row.node))
        return;
    if (!session_editing(&ui->s)) {
        ui_edit_then(ui, "tree enter");
        return;
    }
    const struct type_node *n = &row.node;
    enum tree_known known = tree_bytes(ui, n->offset, (size_t)n->size, st->before, &index);
    if (n->size > TREE_SAMPLED) {
        ui_say(ui, STYLE_ERROR, "it is longer than the screen shows: p stores it whole");
        return;
    }
    if (known != TREE_DATA && known != TREE_HOLE) {
        ui_say(ui, STYLE_ERROR, "its present value is not known; p stores without comparing");
        return;
    }
    if (text == NULL)
        present_value(ui, n, st->before, now, sizeof now);
    edit_set(&st->edit, text != NULL ? text : now);
    st->edited = (struct tree_field){row.way, n->offset};
    st->editing = true;
    st->untouched = text == NULL;
    st->changed = text != NULL;
    if (text == NULL)
        say_choices(ui, &row);
}

bool tree_typing(const struct ui *ui)
{
    return tree_on(ui) && ui->tree->editing && session_editing(&ui->s);
}

void tree_edit_end(struct ui *ui)
{
    struct tree_state *st = ui->tree;
    char path[96];
    if (tree_typing(ui) && st->changed) {
        (void)tree_path(ui, &st->edited.way, path, sizeof path);
        ui_say(ui, STYLE_WARN, "%s: %s was dropped, nothing written: Enter writes it", path,
               st->edit.text);
        ui->inspect->dropped = true;
    }
    st->editing = false;
}

static void commit(struct ui *ui)
{
    struct tree_state *st = ui->tree;
    struct type_row row;
    if (!still_at(ui, &st->edited, &row) || store_text(ui, &row.node, st->edit.text, st->before))
        st->editing = false;
}

/* Tab: the next name of an enum, or the other truth. */
static void next_name(struct ui *ui)
{
    struct tree_state *st = ui->tree;
    const struct types *t = tree_top(ui)->source.t;
    struct type_row row;
    if (!tree_cursor(ui, &row))
        return;
    const struct type *e = names_of(ui, &row.node);
    if (types_get(t, row.node.real)->kind == TYPE_BOOL) {
        edit_set(&st->edit, strcmp(st->edit.text, "true") == 0 ? "false" : "true");
        return;
    }
    if (e == NULL) {
        ui_say(ui, STYLE_TEXT, "Tab chooses among names: this field has none");
        return;
    }
    uint32_t i = 0;
    while (i < e->count &&
           strcmp(types_name(t, types_enumerator(t, e->first + i)->name), st->edit.text) != 0)
        i++;
    i = i + 1 < e->count ? i + 1 : 0;
    edit_set(&st->edit, types_name(t, types_enumerator(t, e->first + i)->name));
}

/* Can a value begin with this character? Letters are keys. */
static bool begins(uint32_t code)
{
    return (code >= '0' && code <= '9') || code == '-' || code == '"';
}

bool tree_key(struct ui *ui, struct key key)
{
    struct tree_state *st = ui->tree;
    char text[2] = {(char)key.code, '\0'}, before[EDIT_MAX];
    if (!session_editing(&ui->s))
        st->editing = false;
    if (!st->editing) {
        if (!session_editing(&ui->s) || key.mods != 0 || !begins(key.code) || ui->s.past != 0)
            return false;
        tree_edit_start(ui, text);
        return true;
    }
    bool untouched = st->untouched;
    st->untouched = false;
    if (key.code == KEY_ENTER_) {
        commit(ui);
    } else if (key.code == KEY_ESC_) {
        st->editing = false;
        ui_say(ui, STYLE_TEXT, "cancelled; nothing written");
    } else if (key.code == KEY_TAB_) {
        st->changed = true;
        next_name(ui);
    } else if (key.code == KEY_UP_ || key.code == KEY_DOWN_ || key.code == KEY_PGUP_ ||
               key.code == KEY_PGDN_) {
        ui_say(ui, STYLE_WARN, "Enter stores the value, Esc drops it");
    } else {
        bool typed = (key.mods & (KEY_CTRL | KEY_ALT)) == 0 && key.code >= ' ' &&
                     key.code != 0x7f && key.code < KEY_BASE;
        if (untouched && typed) /* the first character replaces the value that was there */
            edit_set(&st->edit, "");
        memcpy(before, st->edit.text, sizeof before);
        if (edit_key(&st->edit, key, NULL)) {
            st->changed = st->changed || strcmp(before, st->edit.text) != 0;
            return true;
        }
        tree_edit_end(ui);
        return false;
    }
    return true;
}
