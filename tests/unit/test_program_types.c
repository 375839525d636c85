/* The client of debug information: names, variables, structs. */
#include <fcntl.h>

#include "backend/boxed.h"
#include "backend/segment.h"
#include "support/debug_peer.h"

static struct backend *be;
static char *path, *segment;
static struct debug_peer peer;
static struct types_client *client;

static char *dup_text(const char *s)
{
    char *copy = strdup(s);
    ck_assert_ptr_nonnull(copy);
    return copy;
}

static void set_up(void)
{
    be = backend_new();
    client = types_client_new(be);
    ck_assert_ptr_nonnull(be);
    ck_assert_ptr_nonnull(client);
    boxed_use(SHMLENS_BINARY);
    path = dup_text(run_path("peer"));
    segment = dup_text(run_name("types"));
}

static void tear_down(void)
{
    if (peer.pid > 0)
        peer_ends(&peer);
    types_client_free(client);
    backend_free(be);
    run_end();
    free(path);
    free(segment);
}

#define PEER(compiler, flags, source)                      \
    do {                                                   \
        SKIP_WITHOUT_DEBUG();                              \
        if (!compiled(compiler, flags, source, path))      \
            SKIP("%s cannot compile that here", compiler); \
        peer = peer_on(path, segment);                     \
    } while (0)

static struct types_ask about_peer(void)
{
    static uint32_t pid;
    pid = (uint32_t)peer.pid;
    return (struct types_ask){.pid = &pid, .pids = 1};
}

/* ---- what others build on ---- */

TEST(names)
{
    struct types_answer a;
    PEER("g++", "-g -std=c++17", "peer.cc");
    struct types_ask ask = about_peer();
    ck_assert_int_eq(types_names(client, &ask, "acme::ipc::", 100, &a), TYPES_FOUND);
    ck_assert_uint_eq(a.names_count, 3);
    ck_assert_str_eq(a.names[0], "acme::ipc::Header");
    ck_assert_str_eq(a.names[1], "acme::ipc::Mode");
    ck_assert_str_eq(a.names[2], "acme::ipc::Shape");
    types_answer_free(&a);
    ck_assert_int_eq(types_names(client, &ask, "Que", 100, &a), TYPES_FOUND);
    ck_assert_str_eq(a.names[0], "Queue<acme::Sample, 4>");
    types_answer_free(&a);
    ck_assert_int_eq(types_names(client, &ask, "S", 2, &a), TYPES_FOUND);
    ck_assert_uint_eq(a.names_count, 2);
    types_answer_free(&a);
    ck_assert_int_eq(types_names(client, &ask, "nothing_has_this_name", 2, &a), TYPES_NOT);
    types_answer_free(&a);
}

static const struct types_variable *variable(const struct types_answer *a, const char *name)
{
    for (size_t i = 0; i < a->variables_count; i++)
        if (strcmp(a->variables[i].name, name) == 0)
            return &a->variables[i];
    return NULL;
}

/* Its address is the one in the process: what is there points into the segment.
 */
static void points_into(const struct types_variable *v, const struct types_answer *a,
                        const char *spelled)
{
    char name[256], place[64];
    uint64_t value = 0;
    ck_assert_ptr_nonnull(v);
    (void)types_spell(a->t, v->type, name, sizeof name);
    ck_assert_str_eq(name, spelled);
    (void)snprintf(place, sizeof place, "/proc/%d/mem", (int)peer.pid);
    int fd = open(place, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        suite_skip("variables_fn", "%s cannot be read here", place);
        return;
    }
    ck_assert_int_eq(pread(fd, &value, sizeof value, (off_t)v->address), sizeof value);
    close(fd);
    ck_assert_uint_gt(value, 4096);
    const struct type *p = types_get(a->t, types_real(a->t, v->type));
    ck_assert_int_eq(p->kind, TYPE_POINTER);
    ck_assert_uint_gt(types_size(a->t, p->target), 0); /* what it leads to is known too */
}

static void variables_with(const char *compiler, const char *flags)
{
    struct types_answer a;
    if (!has_program(compiler) || !compiled(compiler, flags, "peer.c", path)) {
        suite_skip("variables_fn", "no %s %s here", compiler, flags);
        return;
    }
    peer = peer_on(path, segment);
    struct types_ask ask = about_peer();
    ck_assert_msg(types_variables(client, &ask, 0, &a) == TYPES_FOUND, "%s", a.reason);
    points_into(variable(&a, "g_ring"), &a, "struct ring_header *");
    points_into(variable(&a, "s_pool"), &a, "node *");
    ck_assert(a.from.program);
    types_answer_free(&a);
    peer_ends(&peer);
    peer.pid = 0;
}

TEST(variables)
{
    SKIP_WITHOUT_DEBUG();
    variables_with("gcc", "-g");
    variables_with("gcc", "-g -no-pie");
    variables_with("gcc", "-gdwarf-4 -O2");
    variables_with("clang", "-g");
}

TEST(records)
{
    struct types_answer a;
    bool header = false, small = false;
    PEER("cc", "-g", "peer.c");
    struct types_ask ask = about_peer();
    ck_assert_int_eq(types_records(client, &ask, 24, 4096, &a), TYPES_FOUND);
    for (size_t i = 0; i < a.ids_count; i++) {
        const struct type *t = types_get(a.t, types_real(a.t, a.ids[i]));
        header |= strcmp(types_name(a.t, t->name), "ring_header") == 0 && t->count > 10;
        small |= t->size < 24;
    }
    ck_assert(header && !small);
    types_answer_free(&a);
}

/* The second question costs no second box, and needs no file again. */
TEST(warm)
{
    struct types_answer a;
    PEER("cc", "-g", "peer.c");
    struct types_ask ask = about_peer();
    ck_assert_int_eq(types_by_name(client, &ask, "ring_header", &a), TYPES_FOUND);
    types_answer_free(&a);
    uint64_t before = backend_call_count(be);
    ck_assert_int_eq(types_by_name(client, &ask, "struct node", &a), TYPES_FOUND);
    ck_assert_str_eq(types_name(a.t, types_get(a.t, a.id)->name), "node");
    types_answer_free(&a);
    struct oscall call;
    for (uint64_t seq = before; backend_call(be, &seq, &call);)
        if (call.seq > before)
            ck_assert_ptr_null(strstr(call.text, "fork"));
}

SUITE(test_program_types, .set_up = set_up, .tear_down = tear_down, .timeout = 180,
      TESTS(names, variables, records, warm));
