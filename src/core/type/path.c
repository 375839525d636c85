#include "core/type/path.h"

#include <stdio.h>
#include <string.h>

#include "core/type/value.h"
#include "core/type/why.h"

/* ---- parsing ---- */

static bool is_name(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '$' || ((unsigned char)c & 0x80) != 0;
}

static bool read_index(const char **s, uint64_t *v)
{
    const char *p = *s;
    unsigned base = 10;
    *v = 0;
    if (p[0] == '0' && (p[1] == 'x' || p[1] == 'X')) {
        base = 16;
        p += 2;
    }
    const char *first = p;
    for (int d; (d = text_hex_digit(*p)) >= 0 && (unsigned)d < base; p++) {
        if (*v > (UINT64_MAX - (unsigned)d) / base)
            return false;
        *v = *v * base + (unsigned)d;
    }
    *s = p;
    return p != first;
}

/* `[3]`, `[2..5]`, `[]`. */
static bool parse_index(const char **s, struct path_step *step, char why[TYPE_WHY_MAX])
{
    const char *p = *s + 1;
    step->kind = STEP_INDEX;
    step->low = 0;
    step->high = UINT64_MAX;
    if (*p != ']') {
        if (!read_index(&p, &step->low))
            return type_refuse(why, "%s: not an index", *s);
        step->high = step->low;
        if (p[0] == '.' && p[1] == '.') {
            p += 2;
            if (!read_index(&p, &step->high) || step->high < step->low)
                return type_refuse(why, "%s: not a range of indices", *s);
        }
    }
    if (*p != ']')
        return type_refuse(why, "%s: a [ without its ]", *s);
    *s = p + 1;
    return true;
}

static bool parse_name(const char **s, struct path_step *step, char why[TYPE_WHY_MAX])
{
    size_t n = 0;
    while (is_name((*s)[n]))
        n++;
    if (n == 0)
        return type_refuse(why, "%s: not a path (head, lock.owner, slots[3].name, first->next)",
                           **s == '\0' ? "it ends too early" : *s);
    if (n >= sizeof step->name)
        return type_refuse(why, "a name of more than %zu characters", sizeof step->name - 1);
    step->kind = STEP_MEMBER;
    memcpy(step->name, *s, n);
    step->name[n] = '\0';
    *s += n;
    return true;
}

bool type_path_parse(const char *text, struct type_path *out, char why[TYPE_WHY_MAX])
{
    const char *s = text;
    out->steps = 0;
    out->ranges = false;
    bool name_next = *s != '[' && *s != '\0'; /* a name must come */
    while (*s != '\0' || name_next) {
        struct path_step *step = &out->step[out->steps];
        if (out->steps == PATH_STEPS_MAX)
            return type_refuse(why, "a path of more than %d steps", (int)PATH_STEPS_MAX);
        if (name_next) {
            if (!parse_name(&s, step, why))
                return false;
            name_next = false;
        } else if (*s == '[') {
            if (!parse_index(&s, step, why))
                return false;
            out->ranges = out->ranges || step->low != step->high;
        } else if (s[0] == '-' && s[1] == '>') {
            step->kind = STEP_FOLLOW;
            s += 2;
            name_next = is_name(*s);
        } else if (*s == '.') {
            s++;
            name_next = true;
            continue;
        } else {
            return type_refuse(why, "%s: not understood in a path", s);
        }
        out->steps++;
    }
    return true;
}

/* ---- selecting ---- */

void type_select_start(struct type_select *sel, const struct type_source *s,
                       const struct type_node *root, const struct type_path *path)
{
    *sel = (struct type_select){.s = s, .path = path, .root = *root};
    for (int i = 0; i < path->steps; i++)
        sel->at[i] = path->step[i].low;
}

/* What a step that failed means for those before it. */
enum path_outcome { OUTCOME_GOOD, OUTCOME_BEYOND, OUTCOME_WRONG };

struct walk_state {
    struct type_select *sel;
    struct type_node node;
    char *path;
    size_t length;
    char *why;
    int failed; /* the step that is beyond its array */
};

static void append(struct walk_state *w, const char *text)
{
    size_t n = strlen(text);
    if (w->length + n < PATH_TEXT_MAX) {
        memcpy(w->path + w->length, text, n + 1);
        w->length += n;
    }
}

/* A member with a name, through anonymous structs. */
static bool step_member(struct walk_state *w, const char *name)
{
    const struct type_source *s = w->sel->s;
    for (;;) {
        const struct type *type = types_get(s->t, w->node.real);
        uint32_t i = 0, through = UINT32_MAX;
        uint64_t offset;
        for (; i < type->count; i++) {
            const struct type_member *m = types_member(s->t, type->first + i);
            if (m->name != 0 && strcmp(types_name(s->t, m->name), name) == 0)
                break;
            if (m->name == 0 && through == UINT32_MAX &&
                types_member_find(s->t, m->type, name, &offset) != TYPE_NO_MEMBER)
                through = i;
        }
        bool found = i < type->count;
        if (!found && through == UINT32_MAX)
            return false;
        struct type_node child;
        type_child(s, &w->node, found ? i : through, &child);
        w->node = child;
        if (found)
            return true;
    }
}

static enum path_outcome member(struct walk_state *w, const struct path_step *step)
{
    char spelled[128];
    if (w->node.kind != NODE_STRUCT && w->node.kind != NODE_UNION) {
        (void)types_spell(w->sel->s->t, w->node.type, spelled, sizeof spelled);
        type_refuse(w->why, "%s: %s has no fields", step->name, spelled);
        return OUTCOME_WRONG;
    }
    type_id in = w->node.real;
    if (!step_member(w, step->name)) {
        (void)types_spell(w->sel->s->t, in, spelled, sizeof spelled);
        const char *near = types_near_name(w->sel->s->t, in, step->name);
        type_refuse(w->why, "%s: no such field in %s%s%s", step->name, spelled,
                    near != NULL ? "; near: " : "", near != NULL ? near : "");
        return OUTCOME_WRONG;
    }
    bool dot = w->length > 0 && w->path[w->length - 1] != '>';
    append(w, dot ? "." : "");
    append(w, step->name);
    return OUTCOME_GOOD;
}

/* A range at the end of a path to text or bytes is one leaf. */
static bool slice(struct walk_state *w, int i)
{
    const struct path_step *step = &w->sel->path->step[i];
    struct type_node out;
    if (i + 1 < w->sel->path->steps || step->low == step->high || !(w->node.text || w->node.bytes))
        return false;
    uint64_t last = step->high < w->node.count ? step->high : w->node.count - 1;
    uint64_t most = (w->node.text ? TYPE_TEXT_MAX : TYPE_BYTES_MAX) / w->node.stride;
    if (last - step->low >= most)
        return false;
    type_slice(&w->node, step->low, last - step->low + 1, &out);
    w->node = out;
    char text[48];
    (void)snprintf(text, sizeof text, "[%llu..%llu]", (unsigned long long)step->low,
                   (unsigned long long)last);
    append(w, text);
    return true;
}

static enum path_outcome index_step(struct walk_state *w, int i)
{
    const struct path_step *step = &w->sel->path->step[i];
    uint64_t at = w->sel->at[i];
    bool array = w->node.kind == NODE_ARRAY || w->node.text || w->node.bytes;
    if (!array) {
        type_refuse(w->why, "[%llu]: not an array", (unsigned long long)at);
        return OUTCOME_WRONG;
    }
    if (at >= w->node.count || at > step->high) {
        type_refuse(w->why, "[%llu]: there are %llu elements", (unsigned long long)at,
                    (unsigned long long)w->node.count);
        w->failed = i;
        return OUTCOME_BEYOND;
    }
    if (at == step->low && slice(w, i))
        return OUTCOME_GOOD;
    struct type_node child;
    type_element(w->sel->s, &w->node, at, &child);
    w->node = child;
    char text[32];
    (void)snprintf(text, sizeof text, "[%llu]", (unsigned long long)at);
    append(w, text);
    return OUTCOME_GOOD;
}

static enum path_outcome follow(struct walk_state *w)
{
    const struct type_source *s = w->sel->s;
    uint8_t p[16];
    uint64_t offset;
    type_id type;
    struct type_value v;
    const struct type_hint *h = types_hint(s->t, w->node.hint);
    bool link = h->link != LINK_NONE || types_get(s->t, w->node.real)->kind == TYPE_POINTER;
    if (w->node.kind != NODE_LEAF || !link || w->node.size > sizeof p) {
        type_refuse(w->why, "%s: not a pointer or link", w->path);
        return OUTCOME_WRONG;
    }
    if (w->node.offset >= s->size || !s->read(s->ctx, w->node.offset, p, (size_t)w->node.size)) {
        type_refuse(w->why, "%s: its value is not known", w->path);
        w->sel->now = true;
        return OUTCOME_WRONG;
    }
    type_value_get(s, &w->node, p, &v);
    if (!type_target(s, &w->node, v.bits, &offset, &type)) {
        type_refuse(w->why, "%s: 0x%llx leads nowhere in the segment", w->path,
                    (unsigned long long)v.bits);
        w->sel->now = true;
        return OUTCOME_WRONG;
    }
    if (types_size(s->t, type) == 0) {
        type_refuse(w->why, "%s: what it leads to has no type", w->path);
        return OUTCOME_WRONG;
    }
    type_root(s, type, offset, 0, &w->node);
    w->node.base = w->sel->root.base;
    append(w, "->");
    return OUTCOME_GOOD;
}

static enum path_outcome resolve(struct walk_state *w)
{
    const struct type_path *path = w->sel->path;
    for (int i = 0; i < path->steps; i++) {
        const struct path_step *step = &path->step[i];
        enum path_outcome o = step->kind == STEP_MEMBER  ? member(w, step)
                              : step->kind == STEP_INDEX ? index_step(w, i)
                                                         : follow(w);
        if (o != OUTCOME_GOOD)
            return o;
    }
    return OUTCOME_GOOD;
}

/* Moves the last range before step `end` on; false: there is none that could. */
static bool advance(struct type_select *sel, int end)
{
    for (int i = end - 1; i >= 0; i--) {
        const struct path_step *step = &sel->path->step[i];
        if (step->kind != STEP_INDEX || step->low == step->high)
            continue;
        if (sel->at[i] < step->high) {
            sel->at[i]++;
            for (int k = i + 1; k < sel->path->steps; k++)
                sel->at[k] = sel->path->step[k].low;
            return true;
        }
    }
    return false;
}

enum type_selected type_select_next(struct type_select *sel, struct type_node *out,
                                    char path[PATH_TEXT_MAX], char why[TYPE_WHY_MAX])
{
    while (!sel->done) {
        struct walk_state w = {.sel = sel, .node = sel->root, .path = path, .why = why};
        path[0] = '\0';
        enum path_outcome o = resolve(&w);
        if (o == OUTCOME_WRONG)
            return SELECT_WRONG;
        if (o == OUTCOME_GOOD) {
            bool whole = w.node.kind == NODE_LEAF && w.length > 0 && path[w.length - 1] == ']' &&
                         strstr(path, "..") != NULL; /* a slice took the last range at once */
            int end = sel->path->steps - (whole ? 1 : 0);
            sel->done = !sel->path->ranges || !advance(sel, end);
            sel->any = true;
            *out = w.node;
            return SELECT_NODE;
        }
        const struct path_step *step = &sel->path->step[w.failed];
        bool first = sel->at[w.failed] == step->low && !sel->any && step->high != UINT64_MAX;
        if (first)
            return SELECT_WRONG;
        sel->done = !advance(sel, w.failed);
    }
    return SELECT_END;
}
