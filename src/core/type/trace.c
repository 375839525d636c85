#include "core/type/trace.h"

#include <stdlib.h>
#include <string.h>

#include "core/type/pointer.h"
#include "core/type/value.h"
#include "core/u64_table.h"

/* Something to be looked at. */
struct traced {
    struct u64_entry seen;
    struct traced *next; /* in the queue */
    uint64_t address;
    type_id type;
    unsigned level;
    char via[]; /* how it is reached, with `->` at the end unless it is a variable */
};

struct trace_search {
    struct type_trace *trace;
    struct type_source memory, segment;
    uint8_t *wanted; /* by type: it is a pointer, or has one in it */
    struct u64_table seen;
    struct traced *first, *last;
    size_t objects;
    uint64_t reads;
    struct type_walk walk;
    char via[TRACE_VIA_MAX];
};

/* Marks what has pointers in it, until nothing more is found: types may come in any order. */
static void mark_wanted(const struct types *t, uint8_t *wanted)
{
    bool more = true;
    for (int round = 0; more && round <= 2 * TYPE_DEPTH_MAX; round++) {
        more = false;
        for (type_id id = 1; id < types_count(t); id++)
            if (wanted[id] == 0 &&
                (types_get(t, id)->kind == TYPE_POINTER || types_holds(t, id, wanted))) {
                wanted[id] = 1;
                more = true;
            }
    }
}

/* Puts it into the queue, unless it has been there. False: out of memory. */
static bool add(struct trace_search *s, uint64_t address, type_id type, unsigned level,
                const char *via, const char *arrow)
{
    uint64_t key = address * UINT64_C(0x9e3779b97f4a7c15) ^ type;
    size_t n = strlen(via), k = strlen(arrow);
    if (u64_find(&s->seen, key) != NULL)
        return true;
    if (s->objects == TRACE_OBJECTS) {
        s->trace->cut = true;
        return true;
    }
    struct traced *o = calloc(1, sizeof *o + n + k + 1);
    if (o == NULL)
        return false;
    o->seen.key = key;
    o->address = address;
    o->type = type;
    o->level = level;
    memcpy(o->via, via, n);
    memcpy(o->via + n, arrow, k);
    if (!u64_add(&s->seen, &o->seen)) {
        free(o);
        return false;
    }
    s->objects++;
    if (s->last != NULL)
        s->last->next = o;
    else
        s->first = o;
    s->last = o;
    return true;
}

/* The last pointer visited leads somewhere. False: out of memory, or *enough. */
static bool take(struct trace_search *s, const struct traced *o, const struct type_node *leaf,
                 uint64_t value, bool *enough)
{
    const struct types *t = s->trace->t;
    struct type_point p;
    type_id target = types_get(t, leaf->real)->target;
    size_t n = type_walk_path(&s->walk, o->via, s->via, sizeof s->via);
    if (n >= sizeof s->via)
        memcpy(s->via + sizeof s->via - 4, "...", 4);
    if (type_translate(&s->segment, value, &p)) {
        struct type_lead lead = {p.offset, target, o->level, s->via};
        *enough = !s->trace->found(s->trace->ctx, &lead);
        return !*enough;
    }
    bool follow = o->level < TRACE_LEVELS && s->wanted[target] != 0 && n < sizeof s->via &&
                  types_size(t, target) > 0 && value <= INT64_MAX;
    return !follow || add(s, value, target, o->level + 1, s->via, "->");
}

/* Looks at the pointers in one object. */
static bool look(struct trace_search *s, const struct traced *o, bool *enough)
{
    struct type_node root;
    type_root(&s->memory, o->type, o->address, 0, &root);
    type_walk_start(&s->walk, &s->memory, &root, false);
    s->walk.wanted = s->wanted;
    s->walk.elements = TRACE_ELEMENTS;
    while (!*enough && type_walk_next(&s->walk)) {
        const struct type_node *leaf = &s->walk.leaf.node;
        uint8_t p[8];
        struct type_value v;
        if (types_get(s->trace->t, leaf->real)->kind != TYPE_POINTER || leaf->size > sizeof p ||
            leaf->size == 0)
            continue;
        bool asks = s->trace->stop != NULL && s->reads % TRACE_ASK == 0;
        if (s->reads++ == TRACE_READS || (asks && s->trace->stop(s->trace->ctx))) {
            s->trace->cut = *enough = true;
            break;
        }
        if (!s->trace->read(s->trace->ctx, leaf->offset, p, (size_t)leaf->size))
            continue;
        type_value_get(&s->memory, leaf, p, &v);
        if (v.bits != 0 && !take(s, o, leaf, v.bits, enough))
            return *enough;
    }
    return true;
}

static bool run(struct trace_search *s, const struct type_variable *variable, size_t n)
{
    bool good = true, enough = false;
    mark_wanted(s->trace->t, s->wanted);
    for (size_t i = 0; good && i < n; i++)
        if (s->wanted[variable[i].type] != 0 && variable[i].address <= INT64_MAX)
            good = add(s, variable[i].address, variable[i].type, 0, variable[i].name, "");
    for (struct traced *o = s->first; good && !enough && o != NULL; o = o->next)
        good = look(s, o, &enough);
    return good;
}

bool type_trace(struct type_trace *trace, const struct type_variable *variable, size_t n)
{
    struct trace_search *s = calloc(1, sizeof *s);
    bool good = s != NULL;
    trace->cut = false;
    if (good) {
        s->trace = trace;
        s->memory = (struct type_source){
            .t = trace->t, .read = trace->read, .ctx = trace->ctx, .size = UINT64_MAX};
        s->segment = (struct type_source){
            .t = trace->t, .size = trace->size, .window = trace->window, .windows = trace->windows};
        s->wanted = calloc(types_count(trace->t), 1);
        good = s->wanted != NULL && run(s, variable, n);
        for (struct traced *o = s->first, *next; o != NULL; o = next) {
            next = o->next;
            free(o);
        }
        u64_free(&s->seen);
        free(s->wanted);
    }
    free(s);
    return good;
}
