#include "cli/commands/typed.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "backend/os.h"
#include "backend/survey.h"
#include "core/number.h"
#include "core/type/parse.h"
#include "layouts/type_file.h"

bool typed_wanted(const struct command_run *r)
{
    return run_option(r, "type") != NULL;
}

/* ---- files ---- */

static bool parse_file(struct command_run *r, struct types *t, const char *path)
{
    char why[TYPE_WHY_MAX];
    size_t n = 0;
    char *text = NULL;
    struct oserr e = type_file_read(path, &text, &n);
    if (oserr_is(e)) {
        (void)run_file_failed(r, path, type_file_cannot(e), e);
        return false;
    }
    bool good = types_parse(t, path, text, n, why);
    free(text);
    if (!good) {
        out_str(run_error_begin(r, NULL), why);
        run_error_end(r);
    }
    return good;
}

struct types *typed_files(struct command_run *r, const struct type_abi *abi, const char *file,
                          uint32_t ends[ARGS_OPTIONS])
{
    struct types *t = types_new(abi != NULL ? abi : type_abi_machine(), abi != NULL);
    bool good = t != NULL;
    if (!good)
        (void)run_fail(r, NULL, "read the types", (struct oserr){"malloc", SEG_E_MEMORY});
    for (int i = 0; good && i < r->args->given_count; i++)
        if (strcmp(r->args->given[i].name, "types") == 0) {
            good = parse_file(r, t, r->args->given[i].value);
            if (good && ends != NULL)
                ends[i] = types_count(t);
        }
    if (good && file != NULL)
        good = parse_file(r, t, file);
    if (good)
        return t;
    types_free(t);
    return NULL;
}

bool typed_hinted(const struct command_run *r)
{
    return run_option(r, "pid") != NULL || run_option(r, "cc") != NULL;
}

bool typed_hints(struct typed *y)
{
    const struct args *a = y->r->args;
    bool good = true, header = run_option(y->r, "cc") != NULL;
    for (int i = 0; good && i < a->given_count; i++) {
        if (strcmp(a->given[i].name, "types") != 0)
            continue;
        good = header || parse_file(y->r, y->debug.t, a->given[i].value);
        header = false;
    }
    return good;
}

void typed_unknown(struct command_run *r, const struct types *t, const char *name)
{
    const char *near[TYPE_NEAR];
    char shown[RUN_SHOWN];
    size_t n = types_near(t, name, near);
    struct out *err = run_error_begin(r, r->raw);
    out_print(err, "%s: no such type", run_shown(name, shown));
    for (size_t i = 0; i < n; i++)
        out_print(err, "%s%s", i == 0 ? "; near: " : ", ", near[i]);
    run_error_end(r);
}

/* ---- reading ---- */

/* Makes the page at `at` the one that is kept. */
static bool load_page(struct typed *y, uint64_t at)
{
    struct command_run *r = y->r;
    struct seg_stat stat;
    struct oserr e;
    y->page_at = at;
    y->page_n = 0;
    if (r->env->when != NULL) {
        e = seg_sample(r->seg, at, y->page, y->state, sizeof y->page, &stat);
        y->page_n = oserr_is(e) ? 0 : sizeof y->page;
    } else {
        e = seg_read(r->seg, at, y->page, sizeof y->page, &y->page_n);
        memset(y->state, SEG_BYTE_DATA, sizeof y->state);
    }
    bool told = e.code == SEG_E_BEYOND || e.code == SEG_E_UNKNOWN;
    if (oserr_is(e) && !told && !oserr_is(y->error))
        y->error = e;
    return y->page_n > 0;
}

static bool read_at(void *ctx, uint64_t offset, void *p, size_t n)
{
    struct typed *y = ctx;
    uint8_t *to = p;
    if (offset > y->source.size || n > y->source.size - offset)
        return false;
    if (typed_is_held(y, offset, n))
        return typed_take_held(y, offset, p, n);
    while (n > 0) {
        uint64_t at = offset - offset % TYPED_PAGE;
        size_t skip = (size_t)(offset - at);
        if (y->page_at != at && !load_page(y, at))
            return false;
        size_t some = TYPED_PAGE - skip < n ? TYPED_PAGE - skip : n;
        if (skip + some > y->page_n)
            return false;
        for (size_t i = skip; i < skip + some; i++)
            if (y->state[i] != SEG_BYTE_DATA && y->state[i] != SEG_BYTE_HOLE)
                return false;
        memcpy(to, y->page + skip, some);
        to += some;
        offset += some;
        n -= some;
    }
    return true;
}

void typed_refresh(struct typed *y)
{
    struct seg_stat stat;
    if (y->r->env->when == NULL && !oserr_is(seg_refresh(y->r->seg, &stat)))
        y->source.size = stat.size;
    y->page_at = UINT64_MAX;
    y->held.hint = 0;
}

bool typed_read(struct typed *y, const struct type_node *leaf, uint8_t *p)
{
    return read_at(y, leaf->offset, p, (size_t)leaf->size);
}

void typed_users(struct typed *y)
{
    if (!y->who_known)
        y->who_known = !oserr_is(seg_who_maps(y->r->seg, y->r->env->pace, &y->who));
}

void typed_map(struct typed *y)
{
    if (y->windows != NULL || seg_kind(y->r->seg) == SEG_REC)
        return;
    typed_users(y);
    if (!y->who_known)
        return;
    y->windows = calloc(y->who.mappers_count + 1, sizeof *y->windows);
    y->source.window = y->windows;
    y->source.windows = 0;
    for (size_t i = 0; y->windows != NULL && i < y->who.mappers_count; i++) {
        const struct seg_mapper *m = &y->who.mappers[i];
        if (m->pid != os_pid())
            y->windows[y->source.windows++] =
                (struct type_window){m->address, m->length, m->offset, m->pid};
    }
    y->source.partial = y->who.unreadable > 0;
    if (y->r->env->when != NULL && y->source.windows > 0)
        run_note(y->r, "pointers are read with the addresses of now");
}

/* ---- T ---- */

static void name_root(struct typed *y)
{
    size_t n = types_spell(y->t, y->root.type, y->name, sizeof y->name);
    bool many = y->root.item == y->root.type;
    if (many && n + 24 < sizeof y->name)
        (void)snprintf(y->name + n, sizeof y->name - n, "[%" PRIu64 "]", y->root.count);
}

/* The file that the type comes from: of --types, or the layout's. */
static void name_file(struct typed *y, const uint32_t *ends)
{
    struct command_run *r = y->r;
    bool debug = y->t == y->debug.t;
    if (y->layout != NULL)
        y->file = y->layout->path;
    else if (debug && y->debug.from.file != NULL)
        y->file = y->debug.from.file;
    for (int i = r->args->given_count - 1; y->layout == NULL && !debug && i >= 0; i--)
        if (types_real(y->t, y->root.item == 0 ? y->root.type : y->root.item) < ends[i])
            y->file = r->args->given[i].value;
}

bool typed_begin(struct typed *y, struct command_run *r, uint32_t ends[ARGS_OPTIONS])
{
    *y = (struct typed){.r = r, .page_at = UINT64_MAX, .file = run_option(r, "types")};
    y->own =
        typed_hinted(r) ? types_new(type_abi_machine(), false) : typed_files(r, NULL, NULL, ends);
    y->t = y->own;
    y->source = (struct type_source){
        .t = y->t, .read = read_at, .ctx = y, .size = r->size, .process = typed_process};
    return y->own != NULL;
}

bool typed_open(struct typed *y, struct command_run *r)
{
    uint32_t ends[ARGS_OPTIONS] = {0};
    if (!typed_begin(y, r, ends) || !typed_place(y, run_option(r, "type")))
        return false;
    name_root(y);
    name_file(y, ends);
    y->file_shown = text_escaped(y->file == NULL ? "" : y->file);
    if (y->file_shown == NULL)
        (void)run_fail(r, NULL, "read the types", (struct oserr){"malloc", SEG_E_MEMORY});
    return y->file_shown != NULL;
}

void typed_close(struct typed *y)
{
    types_free(y->own);
    types_answer_free(&y->debug);
    layouts_free(y->layouts);
    free(y->file_shown);
    seg_who_free(&y->who);
    free(y->windows);
    free(y->held.bytes);
}

/* ---- choosing ---- */

/* Is the word an offset? A field's name is not. */
static bool is_offset(struct typed *y, const char *word)
{
    uint64_t offset;
    bool number = (*word >= '0' && *word <= '9') || strncmp(word, "end", 3) == 0 ||
                  (y->r->env->ui && strchr("+-%'", *word) != NULL && *word != '\0');
    return number && types_member_find(y->t, y->root.real, word, &offset) == TYPE_NO_MEMBER;
}

bool typed_choose(struct typed *y, const char *word, const char *length, struct typed_choice *c)
{
    char why[TYPE_WHY_MAX];
    uint64_t n = 1;
    *c = (struct typed_choice){.from = 0, .to = UINT64_MAX};
    if (word != NULL && is_offset(y, word)) {
        if (!run_offset(y->r, word, &c->from) ||
            (length != NULL && !run_number(y->r, "LENGTH", length, UINT64_MAX, &n)))
            return false;
        c->by_offset = true;
        c->to = n > UINT64_MAX - c->from ? UINT64_MAX : c->from + n;
        word = NULL;
    } else if (length != NULL) {
        (void)run_usage(y->r, "LENGTH is for an OFFSET, not for a PATH");
        return false;
    }
    if (!type_path_parse(word == NULL ? "" : word, &c->path, why)) {
        (void)run_error(y->r, "PATH: %s", why);
        return false;
    }
    for (int i = 0; i < c->path.steps; i++)
        if (c->path.step[i].kind == STEP_FOLLOW)
            typed_map(y);
    type_select_start(&c->select, &y->source, &y->root, &c->path);
    return true;
}

bool typed_next(struct typed *y, struct typed_choice *c, struct type_node *n,
                char path[PATH_TEXT_MAX], bool *failed)
{
    char why[TYPE_WHY_MAX];
    enum type_selected got = type_select_next(&c->select, n, path, why);
    *failed = got == SELECT_WRONG;
    if (*failed)
        (void)run_error(y->r, "PATH: %s", why);
    return got == SELECT_NODE;
}

void typed_walk(const struct typed *y, const struct typed_choice *c, const struct type_node *n,
                bool padding, struct type_walk *w)
{
    type_walk_start(w, &y->source, n, padding);
    if (c->by_offset)
        type_walk_clip(w, c->from, c->to);
}

bool typed_leaf(struct typed *y, const char *word, struct type_node *leaf, char path[PATH_TEXT_MAX])
{
    static struct typed_choice c;
    static struct type_walk w;
    bool failed;
    if (!typed_choose(y, word, NULL, &c))
        return false;
    if (c.path.ranges) {
        (void)run_error(y->r, "PATH: one field is needed, not a range");
        return false;
    }
    if (!typed_next(y, &c, leaf, path, &failed)) {
        if (!failed)
            (void)run_error(y->r, "PATH: there is no such element");
        return false;
    }
    if (c.by_offset) {
        typed_walk(y, &c, leaf, false, &w);
        if (!type_walk_next(&w) || w.leaf.node.offset != c.from) {
            (void)run_error(y->r, "OFFSET: no field of %s starts at 0x%" PRIx64, y->name, c.from);
            return false;
        }
        *leaf = w.leaf.node;
        (void)type_walk_path(&w, "", path, PATH_TEXT_MAX);
    }
    if (leaf->kind != NODE_LEAF) {
        (void)run_error(y->r, "PATH: %s is %s, not a field with a value",
                        path[0] != '\0' ? path : y->name,
                        leaf->kind == NODE_ARRAY   ? "an array"
                        : leaf->kind == NODE_UNION ? "a union"
                                                   : "a struct");
        return false;
    }
    return true;
}
