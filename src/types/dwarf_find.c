/* Questions about a file with debug information, answered by walking over it. */
#include <dwarf.h>
#include <stdlib.h>
#include <string.h>

#include "core/type/pack.h"
#include "types/dwarf.h"

/* ---- a name that is asked for ---- */

struct wanted {
    char plain[TYPE_NAME_MAX]; /* without the keyword */
    const char *last;          /* its last part, after `::` */
    size_t stem;               /* of that without arguments: `Queue` of `Queue<int>` */
    char keyword;              /* s, c, u, e; 0: none */
};

/* The last part of a name, after the last `::` outside of `<>`. */
static const char *last_part(const char *name)
{
    const char *last = name;
    int inside = 0;
    for (const char *s = name; *s != '\0'; s++) {
        inside += *s == '<';
        inside -= *s == '>' && inside > 0;
        if (inside == 0 && s[0] == ':' && s[1] == ':')
            last = s + 2;
    }
    return last;
}

static void want(struct wanted *w, const char *name)
{
    static const char *const keywords[] = {"struct ", "class ", "union ", "enum "};
    w->keyword = '\0';
    name += strspn(name, " ");
    for (size_t i = 0; i < sizeof keywords / sizeof keywords[0]; i++)
        if (strncmp(name, keywords[i], strlen(keywords[i])) == 0) {
            w->keyword = keywords[i][0];
            name += strlen(keywords[i]);
            break;
        }
    dw_name_plain(name, w->plain, sizeof w->plain);
    w->last = last_part(w->plain);
    w->stem = strcspn(w->last, "<");
}

static bool keyword_fits(char keyword, int tag)
{
    switch (keyword) {
    case 's':
    case 'c':
        return tag == DW_TAG_structure_type || tag == DW_TAG_class_type;
    case 'u':
        return tag == DW_TAG_union_type;
    case 'e':
        return tag == DW_TAG_enumeration_type;
    default:
        return true;
    }
}

/* Is `part` the end of `scope`, and does a part begin there? */
static bool scope_fits(const char *part, size_t n, const char *scope)
{
    size_t k = strlen(scope);
    return n <= k && memcmp(part, scope + (k - n), n) == 0 && (n == k || scope[k - n - 1] == ':');
}

enum fit { FIT_NONE, FIT_PART, FIT_WHOLE };

static enum fit fits(const struct wanted *w, int tag, const char *name, const char *scope)
{
    char plain[TYPE_NAME_MAX];
    bool stem =
        strncmp(name, w->last, w->stem) == 0 && (name[w->stem] == '\0' || name[w->stem] == '<');
    if (!stem || !keyword_fits(w->keyword, tag) ||
        !scope_fits(w->plain, (size_t)(w->last - w->plain), scope))
        return FIT_NONE;
    dw_name_plain(name, plain, sizeof plain);
    bool all = strcmp(plain, w->last) == 0;
    if (!all && w->last[w->stem] == '<')
        return FIT_NONE;
    return all && strlen(scope) == (size_t)(w->last - w->plain) ? FIT_WHOLE : FIT_PART;
}

/* ---- names gathered ---- */

struct names {
    struct type_array rows; /* char * */
    size_t most;
    bool cut;
};

static bool have(const struct names *n, const char *name)
{
    for (uint32_t i = n->rows.count; i > 0; i--)
        if (strcmp(((char **)n->rows.at)[i - 1], name) == 0)
            return true;
    return false;
}

/* Takes `scope` + `name` when it is new; false: there are enough. */
static bool take_name(struct names *n, const char *name, const char *scope)
{
    char whole[2 * TYPE_NAME_MAX];
    size_t k = strlen(scope);
    memcpy(whole, scope, k + 1);
    dw_name_plain(name, whole + k, sizeof whole - k);
    if (have(n, whole))
        return true;
    n->cut = n->rows.count >= n->most;
    char *copy = n->cut ? NULL : strdup(whole);
    if (copy == NULL || !type_array_room(&n->rows, sizeof copy, 1, BOX_NAMES_MAX)) {
        free(copy);
        return false;
    }
    ((char **)n->rows.at)[n->rows.count++] = copy;
    return true;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void put_names(struct message *m, struct names *n, bool sorted)
{
    char **row = n->rows.at;
    if (sorted && n->rows.count > 1)
        qsort(row, n->rows.count, sizeof *row, by_text);
    message_number(m, n->cut, 1);
    message_number(m, n->rows.count, 4);
    for (uint32_t i = 0; i < n->rows.count; i++) {
        message_text(m, row[i]);
        free(row[i]);
    }
    free(row);
}

/* ---- one type ---- */

struct type_search {
    struct wanted w;
    struct names names; /* whole names that fit in part */
    Dwarf_Die found;
    bool any, whole;
};

static bool is_empty(Dwarf_Die *die)
{
    Dwarf_Attribute a;
    return dw_is_declaration(die) && dwarf_attr(die, DW_AT_signature, &a) == NULL;
}

static bool search_visit(void *ctx, Dwarf_Die *die, int tag, const char *name, const char *scope)
{
    struct type_search *s = ctx;
    enum fit fit = fits(&s->w, tag, name, scope);
    if (fit == FIT_NONE || is_empty(die))
        return true;
    if (fit == FIT_WHOLE || !s->any)
        s->found = *die;
    s->any = true;
    s->whole = fit == FIT_WHOLE;
    return !s->whole && take_name(&s->names, name, scope);
}

static void put_pack(struct message *m, const struct dw_reader *r)
{
    size_t n = 0;
    uint8_t *pack = types_pack(r->t, &n);
    message_bytes(m, pack, pack == NULL ? 0 : n);
    free(pack);
}

static void put_type(struct dw_file *f, Dwarf_Die *die, struct message *m)
{
    struct dw_reader r;
    if (!dw_reader_open(&r, &f->abi)) {
        m->failed = true;
        return;
    }
    type_id id = dw_type(&r, die, true);
    dw_reach(&r);
    message_number(m, 1, 1);
    message_number(m, id, 4);
    put_pack(m, &r);
    dw_reader_close(&r);
}

void dw_find(struct dw_file *f, const char *name, struct message *m)
{
    static struct type_search s;
    struct dw_visit v = {.visit = search_visit, .ctx = &s};
    memset(&s, 0, sizeof s);
    s.names.most = 16;
    want(&s.w, name);
    (void)dw_walk_file(f, &v);
    if (!s.any) {
        v.nested = true;
        (void)dw_walk_file(f, &v);
    }
    if (s.any && (s.whole || s.names.rows.count == 1)) {
        struct message ignored = {0};
        put_names(&ignored, &s.names, false);
        free(ignored.at);
        put_type(f, &s.found, m);
    } else if (s.any) {
        message_number(m, 2, 1);
        put_names(m, &s.names, true);
    } else {
        message_number(m, 0, 1);
    }
}

/* ---- near names ---- */

enum { NEAR_LOOKED_AT = 300000 };

struct near {
    const char *name;
    char *row[TYPE_NEAR];
    int score[TYPE_NEAR];
    size_t count;
    uint32_t looked;
};

static bool near_visit(void *ctx, Dwarf_Die *die, int tag, const char *name, const char *scope)
{
    struct near *n = ctx;
    struct names one = {.most = 1};
    int score = tag == DW_TAG_base_type || is_empty(die) ? 99 : types_resemblance(n->name, name);
    size_t at = n->count;
    if (score == 99 || !take_name(&one, name, scope) || one.rows.at == NULL)
        return ++n->looked < NEAR_LOOKED_AT;
    char *text = ((char **)one.rows.at)[0];
    free(one.rows.at);
    for (size_t i = 0; i < n->count; i++)
        if (strcmp(n->row[i], text) == 0)
            score = 99;
    while (at > 0 && n->score[at - 1] > score)
        at--;
    if (score == 99 || at == TYPE_NEAR) {
        free(text);
        return true;
    }
    if (n->count == TYPE_NEAR)
        free(n->row[--n->count]);
    memmove(&n->row[at + 1], &n->row[at], (n->count - at) * sizeof n->row[0]);
    memmove(&n->score[at + 1], &n->score[at], (n->count - at) * sizeof n->score[0]);
    n->row[at] = text;
    n->score[at] = score;
    n->count++;
    return true;
}

void dw_near(struct dw_file *f, const char *name, struct message *m)
{
    struct wanted w;
    want(&w, name);
    struct near n = {.name = w.last};
    struct dw_visit v = {.visit = near_visit, .ctx = &n};
    (void)dw_walk_file(f, &v);
    message_number(m, 0, 1);
    message_number(m, n.count, 4);
    for (size_t i = 0; i < n.count; i++) {
        message_text(m, n.row[i]);
        free(n.row[i]);
    }
}

/* ---- names with a beginning ---- */

struct name_search {
    struct names names;
    const char *prefix;
    size_t n;
};

static bool completion_visit(void *ctx, Dwarf_Die *die, int tag, const char *name,
                             const char *scope)
{
    struct name_search *c = ctx;
    size_t k = strlen(scope);
    bool last = strncmp(name, c->prefix, c->n) == 0;
    bool whole = k > 0 && (k < c->n ? strncmp(scope, c->prefix, k) == 0 &&
                                          strncmp(name, c->prefix + k, c->n - k) == 0
                                    : strncmp(scope, c->prefix, c->n) == 0);
    if ((!last && !whole) || tag == DW_TAG_base_type || is_empty(die))
        return true;
    return take_name(&c->names, name, scope);
}

void dw_names(struct dw_file *f, const char *prefix, size_t most, struct message *m)
{
    struct name_search c = {.prefix = prefix, .n = strlen(prefix), .names = {.most = most}};
    struct dw_visit v = {.visit = completion_visit, .ctx = &c};
    (void)dw_walk_file(f, &v);
    put_names(m, &c.names, true);
}

/* ---- variables ---- */

struct gathering {
    const struct dw_file *file;
    const struct dw_split *split; /* that is walked over; NULL: none */
    struct dw_reader r;
    struct message *m;
    uint32_t count;
    uint64_t least, most; /* sizes of structs */
    struct dw_map seen;   /* names of structs, by number: the size of the last one */
    struct type_array ids;
};

/* A fixed address; thread-local ones have none. */
static bool fixed_address(const struct gathering *g, Dwarf_Die *die, uint64_t *address)
{
    Dwarf_Attribute a;
    Dwarf_Op *op = NULL;
    size_t n = 0;
    if (dwarf_attr(die, DW_AT_location, &a) == NULL || dwarf_getlocation(&a, &op, &n) != 0 ||
        n != 1)
        return false;
    if (op[0].atom == DW_OP_addr) {
        *address = op[0].number;
        return true;
    }
    Dwarf_Attribute there;
    Dwarf_Addr at;
    if (op[0].atom != DW_OP_addrx && op[0].atom != DW_OP_GNU_addr_index)
        return false;
    if (g->split != NULL)
        return dw_split_address(g->file, g->split, op[0].number, address);
    if (dwarf_getlocation_attr(&a, op, &there) != 0 || dwarf_formaddr(&there, &at) != 0)
        return false;
    *address = at;
    return true;
}

static bool variable_visit(void *ctx, Dwarf_Die *die, int tag, const char *name, const char *scope)
{
    struct gathering *g = ctx;
    uint64_t address;
    (void)tag;
    char text[2 * TYPE_NAME_MAX];
    Dwarf_Attribute a;
    if (!fixed_address(g, die, &address))
        return true;
    /* one that was declared elsewhere has its name there */
    const char *own =
        name != NULL ? name : dwarf_formstring(dwarf_attr_integrate(die, DW_AT_name, &a));
    type_id id = dw_type_of(&g->r, die, true);
    if (own == NULL || id == 0 || g->r.failed)
        return !g->r.failed;
    size_t k = strlen(scope), n = strnlen(own, TYPE_NAME_MAX);
    memcpy(text, scope, k);
    memcpy(text + k, own, n);
    message_bytes(g->m, text, k + n);
    message_number(g->m, address, 8);
    message_number(g->m, id, 4);
    return ++g->count < BOX_VARS_MAX;
}

void dw_variables(struct dw_file *f, struct message *m)
{
    struct gathering g = {.file = f, .m = m};
    const struct dw_split *split = f->splits.at;
    struct dw_visit v = {.variables = true, .nested = true, .visit = variable_visit, .ctx = &g};
    size_t head = m->n;
    message_number(m, 0, 1);
    message_number(m, 0, 4);
    if (!dw_reader_open(&g.r, &f->abi)) {
        m->failed = true;
        return;
    }
    bool going = dw_walk(dw_file_dwarf(f), &v);
    for (uint32_t i = 0; going && i < f->splits.count; i++) {
        g.split = &split[i];
        going = dw_walk_split(g.split, &v);
    }
    message_set(m, head, g.r.failed || g.count == BOX_VARS_MAX, 1);
    message_set(m, head + 1, g.count, 4);
    g.r.failed = false;
    dw_reach(&g.r);
    put_pack(m, &g.r);
    dw_reader_close(&g.r);
}

/* ---- structs ---- */

static bool record_visit(void *ctx, Dwarf_Die *die, int tag, const char *name, const char *scope)
{
    struct gathering *g = ctx;
    uint64_t size;
    (void)name;
    (void)scope;
    if ((tag != DW_TAG_structure_type && tag != DW_TAG_class_type && tag != DW_TAG_typedef) ||
        is_empty(die))
        return true;
    if (tag == DW_TAG_typedef) { /* the name of a struct that has none */
        Dwarf_Die under = *die;
        if (!dw_type_die(die, &under))
            return true;
        dw_strip(&under);
        if (dwarf_tag(&under) != DW_TAG_structure_type || dwarf_diename(&under) != NULL ||
            !dw_number(&under, DW_AT_byte_size, &size))
            return true;
    } else {
        Dwarf_Die there = *die;
        dw_strip(&there);
        if (!dw_number(&there, DW_AT_byte_size, &size))
            return true;
    }
    if (size < g->least || size > g->most)
        return true;
    type_name known = dw_qualified(&g->r, die);
    const void *key = (const void *)(uintptr_t)(known == 0 ? 1 : known);
    if (dw_map_get(&g->seen, key) == size)
        return true;
    type_id id = dw_type(&g->r, die, true);
    if (id == 0 || g->r.failed || !dw_map_put(&g->seen, key, (uintptr_t)size) ||
        !type_array_room(&g->ids, sizeof id, 1, DW_REACHED_MAX))
        return false;
    ((type_id *)g->ids.at)[g->ids.count++] = id;
    return true;
}

void dw_records(struct dw_file *f, uint64_t least, uint64_t most, struct message *m)
{
    struct gathering g = {.m = m, .least = least, .most = most};
    struct dw_visit v = {.nested = true, .visit = record_visit, .ctx = &g};
    if (!dw_reader_open(&g.r, &f->abi)) {
        m->failed = true;
        return;
    }
    (void)dw_walk_file(f, &v);
    message_number(m, g.r.failed || g.ids.count == DW_REACHED_MAX, 1);
    message_number(m, g.ids.count, 4);
    for (uint32_t i = 0; i < g.ids.count; i++)
        message_number(m, ((type_id *)g.ids.at)[i], 4);
    g.r.failed = false;
    dw_reach(&g.r);
    put_pack(m, &g.r);
    free(g.ids.at);
    free(g.seen.rows);
    dw_reader_close(&g.r);
}
