#include "cli/commands/typed.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "backend/os.h"
#include "backend/survey.h"
#include "core/number.h"
#include "core/type/condition.h"
#include "core/type/parse.h"
#include "core/type/spec.h"

bool typed_wanted(const struct command_run *r)
{
    return run_option(r, "type") != NULL;
}

/* ---- files ---- */

const struct type_abi *typed_machine(void)
{
    static struct type_abi abi;
    const char *name = sizeof(void *) == 4 ? "i386" : sizeof(long) == 4 ? "win64" : "x86_64";
    return type_abi_find(name, strlen(name), &abi) ? &abi : NULL;
}

/* A whole file in memory; NULL: an error was reported. */
static char *read_file(struct command_run *r, const char *path, size_t *n)
{
    struct os_file *f = NULL;
    uint64_t size = 0;
    size_t got = 0;
    char *text = malloc(TYPE_FILE_MAX + 1);
    struct oserr e = {"malloc", SEG_E_MEMORY};
    if (text != NULL)
        e = os_file_open(path, true, &f, &size);
    *n = 0;
    do {
        got = 0;
        if (!oserr_is(e))
            e = os_file_read(f, text + *n, TYPE_FILE_MAX + 1 - *n, &got);
        *n += got;
    } while (!oserr_is(e) && got > 0 && *n <= TYPE_FILE_MAX);
    os_file_abandon(f);
    if (!oserr_is(e))
        return text;
    free(text);
    (void)run_file_failed(r, path,
                          oserr_kind(e) == OSERR_K_MISSING  ? "no such file"
                          : e.code == SEG_E_NOT_SEGMENT     ? "not a regular file"
                          : oserr_kind(e) == OSERR_K_DENIED ? "no permission to read it"
                                                            : "cannot read it",
                          e);
    return NULL;
}

static bool parse_file(struct command_run *r, struct types *t, const char *path)
{
    char why[TYPE_WHY_MAX];
    size_t n = 0;
    char *text = read_file(r, path, &n);
    if (text == NULL)
        return false;
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
    struct types *t = types_new(abi != NULL ? abi : typed_machine(), abi != NULL);
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
}

bool typed_read(struct typed *y, const struct type_node *leaf, uint8_t *p)
{
    return read_at(y, leaf->offset, p, (size_t)leaf->size);
}

void typed_map(struct typed *y)
{
    if (y->windows != NULL || seg_kind(y->r->seg) == SEG_REC ||
        oserr_is(seg_who(y->r->seg, y->r->env->pace, &y->who)))
        return;
    y->windows = calloc(y->who.mappers_count + 1, sizeof *y->windows);
    for (size_t i = 0; y->windows != NULL && i < y->who.mappers_count; i++) {
        const struct seg_mapper *m = &y->who.mappers[i];
        y->windows[i] = (struct type_window){m->address, m->length, m->offset};
    }
    y->source.window = y->windows;
    y->source.windows = y->windows == NULL ? 0 : y->who.mappers_count;
}

/* ---- T ---- */

/* Does what the layout file says after `when` hold there? */
static bool place_holds(struct typed *y, const struct type_place *p, const struct type_node *root)
{
    char text[2 * TYPE_NAME_MAX + 8], why[TYPE_WHY_MAX];
    uint64_t seen;
    if (p->field == 0)
        return true;
    (void)snprintf(text, sizeof text, "%s == %s", types_name(y->t, p->field),
                   types_name(y->t, p->equals));
    struct type_condition *c = type_condition_new(&y->source, root, text, why);
    bool holds = c != NULL && type_condition_check(c, &y->source, root, &seen) == TRUTH_YES;
    type_condition_free(c);
    return holds;
}

/* The root that a line `at` gives for this segment; false: it is not about it. */
static bool place_root(struct typed *y, const struct type_place *p, const char *locator,
                       struct type_node *root)
{
    uint64_t size = y->source.size;
    uint64_t offset = !p->from_end ? p->offset : p->offset > size ? size : size - p->offset;
    if (offset >= size || !type_place_fits(y->t, p, locator))
        return false;
    type_root(&y->source, p->type, offset, 0, root);
    return place_holds(y, p, root);
}

static void print_places(struct typed *y, const char *locator)
{
    const struct type_place *p = NULL;
    struct out *err = run_error_begin(y->r, y->r->raw);
    for (uint32_t i = 0; (p = types_place(y->t, i)) != NULL; i++) {
        struct type_node root;
        char name[256];
        if (!place_root(y, p, locator, &root))
            continue;
        (void)types_spell(y->t, p->type, name, sizeof name);
        out_print(err, "%s@0x%" PRIx64 ", ", name, root.offset);
    }
    out_str(err, "several types are placed here: choose one with --type");
    run_error_end(y->r);
}

/* --type auto: the one place that a layout file names for this segment. */
static bool find_place(struct typed *y)
{
    struct type_node root;
    int found = 0;
    char *locator = malloc((size_t)4 * LOCATOR_MAX);
    const struct type_place *p = NULL;
    if (locator == NULL) {
        (void)run_fail(y->r, NULL, "read the types", (struct oserr){"malloc", SEG_E_MEMORY});
        return false;
    }
    (void)locator_shown(y->r->raw, locator, (size_t)4 * LOCATOR_MAX);
    for (uint32_t i = 0; (p = types_place(y->t, i)) != NULL; i++)
        if (place_root(y, p, locator, &root)) {
            y->root = root;
            found++;
        }
    if (found > 1)
        print_places(y, locator);
    else if (found == 0)
        (void)run_error(y->r, "no type is placed here by the files of --types");
    free(locator);
    return found == 1;
}

/* --type NAME[N]@OFFSET. */
static bool place_spec(struct typed *y, const char *text)
{
    struct command_run *r = y->r;
    char why[TYPE_WHY_MAX];
    uint64_t offset = 0, count = 0;
    struct type_spec *spec = malloc(sizeof *spec);
    bool good = spec != NULL && type_spec_parse(text, spec, why);
    if (!good && spec != NULL)
        (void)run_error(r, "--type: %s", why);
    if (good && spec->located)
        good = run_offset(r, spec->offset, &offset);
    type_id id = good ? types_find(y->t, spec->name) : 0;
    if (good && id == 0)
        typed_unknown(r, y->t, spec->name);
    uint64_t size = types_size(y->t, id);
    bool open = id != 0 && types_get(y->t, types_real(y->t, id))->kind == TYPE_ARRAY;
    if (id != 0 && size == 0 && !open) {
        (void)run_error(r, "--type: %s: its size is not known", spec->name);
        id = 0;
    }
    if (id != 0 && offset >= y->source.size) {
        (void)run_error(r,
                        "offset 0x%" PRIx64 " is past the end: the segment has %" PRIu64 " bytes",
                        offset, y->source.size);
        id = 0;
    }
    if (id != 0 && spec->many)
        count = spec->count != 0 ? spec->count : size != 0 ? (y->source.size - offset) / size : 0;
    free(spec);
    if (id != 0)
        type_root(&y->source, id, offset, count, &y->root);
    return id != 0;
}

static void name_root(struct typed *y)
{
    size_t n = types_spell(y->t, y->root.type, y->name, sizeof y->name);
    bool many = y->root.item == y->root.type;
    if (many && n + 24 < sizeof y->name)
        (void)snprintf(y->name + n, sizeof y->name - n, "[%" PRIu64 "]", y->root.count);
}

bool typed_open(struct typed *y, struct command_run *r)
{
    const char *type = run_option(r, "type");
    *y = (struct typed){.r = r, .page_at = UINT64_MAX, .file = run_option(r, "types")};
    if (y->file == NULL) {
        (void)run_usage(r, "--type needs --types FILE, a C header or a layout file");
        return false;
    }
    uint32_t ends[ARGS_OPTIONS] = {0};
    y->t = typed_files(r, NULL, NULL, ends);
    if (y->t == NULL)
        return false;
    y->source = (struct type_source){.t = y->t, .read = read_at, .ctx = y, .size = r->size};
    bool good = strcmp(type, "auto") == 0 ? find_place(y) : place_spec(y, type);
    if (!good)
        return false;
    name_root(y);
    for (int i = r->args->given_count - 1; i >= 0; i--)
        if (types_real(y->t, y->root.item == 0 ? y->root.type : y->root.item) < ends[i])
            y->file = r->args->given[i].value;
    y->file_shown = text_escaped(y->file);
    if (y->file_shown == NULL)
        (void)run_fail(r, NULL, "read the types", (struct oserr){"malloc", SEG_E_MEMORY});
    return y->file_shown != NULL;
}

void typed_close(struct typed *y)
{
    types_free(y->t);
    free(y->file_shown);
    seg_who_free(&y->who);
    free(y->windows);
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
