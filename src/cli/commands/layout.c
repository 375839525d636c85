/* layout: where the fields of the structs of a header lie, for one compiler or several side by
 * side. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/commands/typed.h"

enum { ABIS_MAX = 8, ROW_PATH = 1024 };

/* One file as several compilers lay it out. */
struct layout_run {
    struct command_run *r;
    struct type_abi abi[ABIS_MAX];
    struct types *t[ABIS_MAX];
    int abis;
    bool json;
    bool differ;
    uint64_t rows; /* printed so far, for the commas */
};

/* A field of a struct: where it is, by the first ABI. */
struct layout_row {
    char path[ROW_PATH];
    char type[256];
    uint64_t offset, size;
    uint8_t bit;
    uint16_t bits;
    bool padding;
};

/* ---- a row ---- */

/* The same field for another ABI; false: it has none. */
static bool find_row(const struct types *t, type_id root, const char *path, struct layout_row *row)
{
    type_id id = root;
    row->offset = 0;
    for (const char *s = path; *s != '\0';) {
        char name[ROW_PATH];
        uint64_t offset;
        size_t n = strcspn(s, ".[");
        memcpy(name, s, n);
        name[n] = '\0';
        uint32_t m = types_member_find(t, id, name, &offset);
        if (m == TYPE_NO_MEMBER)
            return false;
        const struct type_member *member = types_member(t, m);
        row->offset += offset;
        row->bit = member->bit;
        row->bits = member->bits;
        id = member->type;
        for (s += n; *s == '['; s += strcspn(s, "]") + 1)
            id = types_get(t, types_real(t, id))->target;
        s += *s == '.';
    }
    row->size = types_size(t, id);
    return true;
}

static void print_place(struct out *o, const struct layout_row *row)
{
    char text[64];
    if (row->bits != 0)
        (void)snprintf(text, sizeof text, "0x%" PRIx64 ".%u:%u", row->offset, row->bit, row->bits);
    else
        (void)snprintf(text, sizeof text, "0x%" PRIx64 "+%" PRIu64, row->offset, row->size);
    out_print(o, "%-14s ", text);
}

static bool same_place(const struct layout_row *a, const struct layout_row *b)
{
    return a->offset == b->offset && a->bits == b->bits &&
           (a->bits != 0 ? a->bit == b->bit : a->size == b->size);
}

static void json_place(struct out *o, const struct layout_row *row)
{
    out_print(o, "{\"offset\":%" PRIu64 ",\"size\":%" PRIu64, row->offset, row->size);
    if (row->bits != 0)
        out_print(o, ",\"bit\":%u,\"bits\":%u", row->bit, row->bits);
    out_str(o, "}");
}

static void print_json_row(struct layout_run *l, const struct layout_row *places, const bool *have)
{
    struct out *o = l->r->env->out;
    out_str(o, l->rows++ == 0 ? "{\"path\":" : ",{\"path\":");
    out_json(o, places[0].path);
    out_str(o, ",\"type\":");
    out_json(o, places[0].padding ? "padding" : places[0].type);
    if (l->abis == 1 || places[0].padding) {
        out_print(o, ",\"offset\":%" PRIu64 ",\"size\":%" PRIu64, places[0].offset, places[0].size);
        if (places[0].bits != 0)
            out_print(o, ",\"bit\":%u,\"bits\":%u", places[0].bit, places[0].bits);
        out_str(o, "}");
        return;
    }
    bool first = true;
    out_str(o, ",\"abi\":{");
    for (int i = 0; i < l->abis; i++)
        if (have[i]) {
            out_print(o, "%s\"%s\":", first ? "" : ",", l->abi[i].name);
            json_place(o, &places[i]);
            first = false;
        }
    out_str(o, "}}");
}

static void print_row(struct layout_run *l, const type_id *root, const struct layout_row *row)
{
    static struct layout_row places[ABIS_MAX];
    struct out *o = l->r->env->out;
    bool have[ABIS_MAX] = {true}, differ = false;
    places[0] = *row;
    for (int i = 1; i < l->abis && !row->padding; i++) {
        have[i] = root[i] != 0 && find_row(l->t[i], root[i], row->path, &places[i]);
        differ = differ || !have[i] || !same_place(&places[0], &places[i]);
    }
    l->differ = l->differ || differ;
    if (l->json) {
        print_json_row(l, places, have);
        return;
    }
    if (row->padding && l->abis > 1)
        return;
    if (l->abis > 1)
        out_str(o, differ ? "! " : "  ");
    for (int i = 0; i < l->abis; i++)
        if (have[i])
            print_place(o, &places[i]);
        else
            out_print(o, "%-14s ", "-");
    if (row->padding)
        out_print(o, "padding\n");
    else
        out_print(o, "%s %s\n", row->path, row->type);
}

/* ---- a struct ---- */

static void print_padding(struct layout_run *l, const type_id *root, const char *path,
                          uint64_t from, uint64_t to)
{
    static struct layout_row row;
    if (to <= from)
        return;
    row = (struct layout_row){.offset = from, .size = to - from, .padding = true};
    (void)snprintf(row.path, sizeof row.path, "%s", path);
    print_row(l, root, &row);
}

static void print_members(struct layout_run *l, const type_id *root, type_id id, const char *path,
                          uint64_t base);

/* A member, and what is in it. */
static void print_member(struct layout_run *l, const type_id *root, const struct type_member *m,
                         const char *path, uint64_t offset)
{
    const struct types *t = l->t[0];
    struct layout_row *row = calloc(1, sizeof *row);
    type_id id = m->type;
    if (row == NULL)
        return;
    *row = (struct layout_row){.offset = offset, .bit = m->bit, .bits = m->bits};
    row->size = types_size(t, id);
    (void)types_spell(t, id, row->type, sizeof row->type);
    size_t n = (size_t)snprintf(row->path, sizeof row->path, "%s%s%s", path,
                                path[0] != '\0' && m->name != 0 ? "." : "", types_name(t, m->name));
    if (m->name != 0 && n < sizeof row->path)
        print_row(l, root, row);
    const struct type *type = types_get(t, types_real(t, id));
    for (; type->kind == TYPE_ARRAY && n + 4 < sizeof row->path;
         type = types_get(t, types_real(t, id))) {
        id = type->target;
        n += (size_t)snprintf(row->path + n, sizeof row->path - n, "[0]");
    }
    if ((type->kind == TYPE_STRUCT || type->kind == TYPE_UNION) && n < sizeof row->path)
        print_members(l, root, id, row->path, offset);
    free(row);
}

static void print_members(struct layout_run *l, const type_id *root, type_id id, const char *path,
                          uint64_t base)
{
    const struct types *t = l->t[0];
    const struct type *type = types_get(t, types_real(t, id));
    uint64_t laid = 0;
    for (uint32_t i = 0; i < type->count; i++) {
        const struct type_member *m = types_member(t, type->first + i);
        uint64_t size = m->bits != 0 ? (m->bit + m->bits + 7U) / 8 : types_size(t, m->type);
        if (type->kind == TYPE_STRUCT)
            print_padding(l, root, path, base + laid, base + m->offset);
        print_member(l, root, m, path, base + m->offset);
        laid = m->offset + size > laid ? m->offset + size : laid;
        if (l->r->env->out->cut || oserr_is(l->r->env->out->error))
            return;
    }
    if (type->kind == TYPE_STRUCT)
        print_padding(l, root, path, base + laid, base + type->size);
}

/* The same struct in every set. */
static void find_roots(const struct layout_run *l, type_id id, const char *name, type_id *root)
{
    root[0] = id;
    for (int i = 1; i < l->abis; i++)
        root[i] = types_find(l->t[i], name);
}

static void print_head(struct layout_run *l, const type_id *root, const char *name, bool first)
{
    struct out *o = l->r->env->out;
    if (l->json) {
        out_str(o, first ? "{\"type\":" : ",{\"type\":");
        out_json(o, name);
        out_print(o, ",\"size\":%" PRIu64 ",\"align\":%u", types_size(l->t[0], root[0]),
                  (unsigned)types_align(l->t[0], root[0]));
        if (l->abis > 1) {
            out_str(o, ",\"sizes\":{");
            for (int i = 0; i < l->abis; i++)
                out_print(o, "%s\"%s\":%" PRIu64, i == 0 ? "" : ",", l->abi[i].name,
                          types_size(l->t[i], root[i]));
            out_str(o, "}");
        }
        out_str(o, ",\"fields\":[");
        l->rows = 0;
        return;
    }
    out_print(o, "%s%s", first ? "" : "\n", name);
    if (l->abis == 1)
        out_print(o, " %" PRIu64 " align %u", types_size(l->t[0], root[0]),
                  (unsigned)types_align(l->t[0], root[0]));
    for (int i = 0; i < l->abis && l->abis > 1; i++)
        out_print(o, " %s %" PRIu64, l->abi[i].name, types_size(l->t[i], root[i]));
    out_str(o, "\n");
}

static void print_struct(struct layout_run *l, type_id id, bool first)
{
    type_id root[ABIS_MAX];
    char name[TYPE_NAME_MAX + 16];
    (void)types_spell(l->t[0], id, name, sizeof name);
    find_roots(l, id, name, root);
    for (int i = 1; i < l->abis; i++)
        l->differ = l->differ || types_size(l->t[i], root[i]) != types_size(l->t[0], id);
    print_head(l, root, name, first);
    print_members(l, root, id, "", 0);
    if (l->json)
        out_str(l->r->env->out, "]}");
}

static bool shown(const struct types *t, type_id id)
{
    const struct type *type = types_get(t, id);
    return types_declared(t, id) && type->name != 0 && !(type->flags & TYPE_INCOMPLETE) &&
           (type->kind == TYPE_STRUCT || type->kind == TYPE_UNION);
}

static int print_all(struct layout_run *l)
{
    struct command_run *r = l->r;
    struct out *o = r->env->out;
    int count = 0;
    type_id only = r->words > 1 ? types_find(l->t[0], r->word[1]) : 0;
    type_id real = types_real(l->t[0], only);
    if (r->words > 1 && only == 0) {
        typed_unknown(r, l->t[0], r->word[1]);
        return EXIT_ERROR;
    }
    int kind = types_get(l->t[0], real)->kind;
    if (r->words > 1 && kind != TYPE_STRUCT && kind != TYPE_UNION)
        return run_bad_word(r, "TYPE", r->word[1], "not a struct or union");
    if (l->json)
        out_print(o, "{\"format\":1,\"abi\":\"%s\",\"types\":[", l->abi[0].name);
    for (type_id id = 1; id < types_count(l->t[0]); id++)
        if (only != 0 ? id == real : shown(l->t[0], id))
            print_struct(l, id, count++ == 0);
    if (l->json)
        out_str(o, "]}\n");
    if (count == 0 && !l->json)
        run_note(r, "no struct or union is defined there");
    return l->differ ? EXIT_NO : EXIT_DONE;
}

/* --abi LIST into l->abi. */
static bool parse_abis(struct layout_run *l, const char *list)
{
    while (list != NULL && *list != '\0') {
        size_t n = strcspn(list, ",");
        if (l->abis == ABIS_MAX) {
            (void)run_usage(l->r, "--abi: at most %d", (int)ABIS_MAX);
            return false;
        }
        if (!type_abi_find(list, n, &l->abi[l->abis])) {
            (void)run_bad_word(l->r, "--abi", list, "x86_64, i386, win64 or packed is expected");
            return false;
        }
        l->abis++;
        list += n + (list[n] == ',' ? 1 : 0);
    }
    if (list != NULL && l->abis == 0)
        (void)run_usage(l->r, "--abi: x86_64, i386, win64 or packed is expected");
    return list == NULL || l->abis > 0;
}

int cmd_layout(struct command_run *r)
{
    struct layout_run *l = calloc(1, sizeof *l);
    if (l == NULL)
        return run_fail(r, NULL, "print it", (struct oserr){"malloc", SEG_E_MEMORY});
    *l = (struct layout_run){.r = r, .json = run_option(r, "json") != NULL};
    bool good = parse_abis(l, run_option(r, "abi"));
    bool given = l->abis > 0;
    l->abis += given ? 0 : 1;
    for (int i = 0; good && i < l->abis; i++) {
        l->t[i] = typed_files(r, given ? &l->abi[i] : NULL, r->word[0], NULL);
        good = l->t[i] != NULL;
    }
    if (good && !given)
        l->abi[0] = *types_abi(l->t[0]);
    int status = good ? print_all(l) : EXIT_ERROR;
    for (int i = 0; i < l->abis; i++)
        types_free(l->t[i]);
    free(l);
    return status;
}
