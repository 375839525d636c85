/* The asking side: which modules are asked in which order, and what becomes of the answers. */
#include "types/client.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend/os.h"
#include "core/text.h"
#include "core/type/pack.h"

struct types_client *types_client_new(struct backend *be)
{
    struct types_client *c = calloc(1, sizeof *c);
    if (c != NULL)
        c->be = be;
    return c;
}

void types_client_start(struct types_client *c)
{
    if (c != NULL && c->box == NULL && oserr_is(boxed_start(c->be, &c->box)))
        c->box = NULL;
}

static void close_box(struct types_client *c)
{
    boxed_stop(c->box);
    c->box = NULL;
    for (size_t i = 0; i < BOX_SLOTS; i++)
        free(c->slot[i].split_name);
    memset(c->slot, 0, sizeof c->slot);
}

void types_client_free(struct types_client *c)
{
    if (c != NULL)
        close_box(c);
    free(c);
}

void types_answer_free(struct types_answer *a)
{
    for (size_t i = 0; i < a->names_count; i++)
        free(a->names[i]);
    for (size_t i = 0; i < a->variables_count; i++)
        free(a->variables[i].name);
    free(a->names);
    free(a->variables);
    free(a->ids);
    for (size_t i = 0; i < a->modules_count; i++)
        free(a->modules[i].path);
    free(a->modules);
    free(a->from.file);
    types_free(a->t);
    *a = (struct types_answer){.status = TYPES_FAILED};
}

/* ---- the box ---- */

void client_question(struct message *m, enum box_word word, unsigned slot)
{
    message_number(m, word, 1);
    message_number(m, slot, 1);
}

bool client_ask(struct client_run *run, const struct message *question, int fd, uint8_t **answer,
                size_t *n)
{
    struct types_client *c = run->c;
    struct boxed_question q = {.bytes = question->at,
                               .size = question->n,
                               .fd = fd,
                               .deadline = run->deadline,
                               .stop = run->ask->stop,
                               .ctx = run->ask->ctx};
    *answer = NULL;
    *n = 0;
    if (!oserr_is(run->error) && os_now() >= run->deadline) { /* the box has done nothing wrong */
        run->error = (struct oserr){"boxed_ask", SEG_E_SLOW};
        return false;
    }
    if (question->failed)
        run->error = (struct oserr){"malloc", SEG_E_MEMORY};
    if (!oserr_is(run->error) && c->box == NULL)
        run->error = boxed_start(c->be, &c->box);
    if (!oserr_is(run->error))
        run->error = boxed_ask(c->box, &q, answer, n);
    if (oserr_is(run->error))
        close_box(c);
    return !oserr_is(run->error);
}

void client_reason(struct client_run *run, const char *path, const char *text)
{
    char *shown = path == NULL ? NULL : text_escaped(path);
    size_t room = sizeof run->a->reason - run->reason_n;
    if (path == NULL || shown != NULL) {
        int n = snprintf(run->a->reason + run->reason_n, room, "%s%s%s%s",
                         run->reason_n > 0 ? "; " : "", shown != NULL ? shown : "",
                         shown != NULL ? ": " : "", text);
        if (n > 0 && (size_t)n < room)
            run->reason_n += (size_t)n;
        else
            run->a->reason[run->reason_n] = '\0';
    }
    free(shown);
}

/* ---- answers ---- */

bool client_damaged(struct client_run *run)
{
    if (!oserr_is(run->error)) {
        run->error = (struct oserr){"boxed_ask", SEG_E_BOXED};
        close_box(run->c);
    }
    return false;
}

/* Takes over a pack of types of a file. False: run->error. */
static bool take_pack(struct client_run *run, const struct client_file *f, struct message_in *in)
{
    struct type_abi abi;
    const char *name = f->narrow ? "i386" : "x86_64";
    size_t n;
    const uint8_t *pack = message_take_bytes(in, &n);
    if (in->failed || !type_abi_find(name, strlen(name), &abi))
        return client_damaged(run);
    types_free(run->a->t);
    return types_unpack(pack, n, &abi, &run->a->t) == NULL || client_damaged(run);
}

static bool take_names(struct client_run *run, struct message_in *in, size_t most)
{
    struct types_answer *a = run->a;
    a->cut = message_take(in, 1) != 0 || a->cut;
    uint64_t count = message_take(in, 4);
    if (in->failed || count > BOX_NAMES_MAX)
        return client_damaged(run);
    char **wider = realloc(a->names, (a->names_count + (size_t)count + 1) * sizeof *wider);
    if (wider == NULL) {
        run->error = (struct oserr){"malloc", SEG_E_MEMORY};
        return false;
    }
    a->names = wider;
    for (uint64_t i = 0; i < count; i++) {
        char *name = message_take_text(in);
        bool known = name == NULL || a->names_count >= most;
        for (size_t k = 0; !known && k < a->names_count; k++)
            known = strcmp(a->names[k], name) == 0;
        if (known)
            free(name);
        else
            a->names[a->names_count++] = name;
    }
    return !in->failed || client_damaged(run);
}

static bool take_origin(struct client_run *run, const struct modules *m, size_t i,
                        const struct client_file *f)
{
    struct types_origin *from = &run->a->from;
    free(from->file);
    *from = (struct types_origin){.pid = m->pid, .program = m->module[i].program};
    memcpy(from->build_id, f->build_id, sizeof from->build_id);
    size_t n = strlen(m->module[i].path) + 1;
    from->file = malloc(n);
    if (from->file == NULL) {
        run->error = (struct oserr){"malloc", SEG_E_MEMORY};
        return false;
    }
    memcpy(from->file, m->module[i].path, n);
    return true;
}

/* ---- going through the modules ---- */

static bool seen_before(const struct client_run *run, const struct modules *all, size_t lists,
                        size_t i)
{
    const struct module *wanted = &all[lists].module[i];
    (void)run;
    for (size_t l = 0; l <= lists; l++)
        for (size_t k = 0; k < (l == lists ? i : all[l].count); k++)
            if (all[l].module[k].dev == wanted->dev && all[l].module[k].ino == wanted->ino)
                return true;
    return false;
}

/* One module. When reading it ends the box, its debug information is damaged or hostile: the next
 * module gets a new box, and this one is named. */
bool client_visit_one(struct client_run *run, client_visit *visit, const struct modules *m,
                      size_t i, void *ctx)
{
    bool going = visit(run, m, i, ctx);
    bool stopped = run->ask->stop != NULL && run->ask->stop(run->ask->ctx);
    if (run->error.code == SEG_E_BOXED && !stopped) {
        client_reason(run, m->module[i].path,
                      "its debug information is damaged, or changed while it was read");
        run->error = OSERR_NONE;
        return true;
    }
    return going && !oserr_is(run->error);
}

void client_visit_all(struct client_run *run, bool system, client_visit *visit, void *ctx)
{
    if (run->recorded != NULL) {
        client_visit_recorded(run, visit, ctx);
        return;
    }
    struct modules *all = calloc(run->ask->pids + 1, sizeof *all);
    bool going = all != NULL;
    if (all == NULL)
        run->error = (struct oserr){"malloc", SEG_E_MEMORY};
    for (size_t l = 0; going && l < run->ask->pids; l++) {
        char text[128], what[64];
        struct oserr e = modules_list(run->c->be, run->ask->pid[l], &all[l]);
        if (!oserr_is(e))
            continue;
        (void)snprintf(text, sizeof text, "process %" PRIu32 ": %s", run->ask->pid[l],
                       oserr_text(e, what, sizeof what));
        client_reason(run, NULL, text);
    }
    for (int pass = 0; going && pass < (system ? 2 : 1); pass++)
        for (size_t l = 0; going && l < run->ask->pids; l++)
            for (size_t i = 0; going && i < all[l].count; i++)
                if (all[l].module[i].system == (pass == 1) && !seen_before(run, all, l, i))
                    going = client_visit_one(run, visit, &all[l], i, ctx);
    for (size_t l = 0; all != NULL && l < run->ask->pids; l++)
        modules_free(&all[l]);
    free(all);
}

void client_begin(struct client_run *run, struct types_client *c, const struct types_ask *ask,
                  struct types_answer *a)
{
    *a = (struct types_answer){.status = TYPES_NOT};
    *run = (struct client_run){.c = c, .ask = ask, .a = a, .deadline = ask->deadline};
    if (run->deadline == 0)
        run->deadline = os_now() + (int64_t)TYPES_DEADLINE_S * 1000000000;
}

enum types_status client_end(struct client_run *run)
{
    char text[160];
    if (oserr_is(run->error)) {
        run->a->status = TYPES_FAILED;
        run->reason_n = 0;
        const char *what = oserr_text(run->error, text, sizeof text);
        if (run->error.code == SEG_E_SLOW)
            what = "reading debug information took too long";
        else if (run->error.code == SEG_E_BOXED)
            what = "the process that reads debug information ended: a file is damaged, or changed "
                   "while it was read";
        client_reason(run, NULL, what);
    }
    return run->a->status;
}

/* ---- (1) ---- */

/* The answer of one slot to BOX_FIND. True: it has it. */
static bool find_in(struct client_run *run, const struct client_file *f, unsigned slot,
                    const char *name)
{
    struct message m = {0};
    uint8_t *answer = NULL;
    size_t n = 0;
    client_question(&m, BOX_FIND, slot);
    message_text(&m, name);
    bool good = client_ask(run, &m, -1, &answer, &n), found = false;
    struct message_in in = {.at = answer, .n = n};
    uint64_t state = good ? message_take(&in, 1) : 0;
    if (good && state == 1) {
        run->a->id = (type_id)message_take(&in, 4);
        found =
            take_pack(run, f, &in) && (run->a->id < types_count(run->a->t) || client_damaged(run));
        run->a->status = found ? TYPES_FOUND : TYPES_NOT;
    } else if (good && state == 2) {
        found = take_names(run, &in, BOX_NAMES_MAX);
        run->a->status = TYPES_SEVERAL;
    } else if (good && (state != 0 || in.failed)) {
        (void)client_damaged(run);
    }
    free(m.at);
    free(answer);
    return found;
}

static bool visit_by_name(struct client_run *run, const struct modules *m, size_t i, void *ctx)
{
    unsigned slot;
    const struct client_file *f = client_open(run, m, i, &slot);
    if (f == NULL)
        return true;
    bool found = find_in(run, f, slot, ctx);
    if (!found && !oserr_is(run->error) && f->split) {
        client_split(run, m, i, slot);
        found = !oserr_is(run->error) && find_in(run, f, slot, ctx);
        while (!found && !oserr_is(run->error) && client_split_rest(run, m, i, slot))
            found = find_in(run, f, slot, ctx);
    }
    return !found || !take_origin(run, m, i, f);
}

/* Adds names of a slot that are near. */
static void near_in(struct client_run *run, unsigned slot, const char *name)
{
    struct message question = {0};
    uint8_t *answer = NULL;
    size_t n = 0;
    client_question(&question, BOX_NEAR, slot);
    message_text(&question, name);
    if (client_ask(run, &question, -1, &answer, &n)) {
        struct message_in in = {.at = answer, .n = n};
        (void)take_names(run, &in, TYPE_NEAR);
    }
    free(question.at);
    free(answer);
}

static bool visit_near(struct client_run *run, const struct modules *m, size_t i, void *ctx)
{
    unsigned slot;
    const struct client_file *f = client_open(run, m, i, &slot);
    if (f != NULL && f->split)
        client_split(run, m, i, slot);
    if (f != NULL && !oserr_is(run->error))
        near_in(run, slot, ctx);
    return run->a->names_count < TYPE_NEAR;
}

void client_find(struct client_run *run, const char *name)
{
    char text[TYPE_NAME_MAX];
    (void)snprintf(text, sizeof text, "%s", name);
    client_visit_all(run, true, visit_by_name, text);
    if (run->a->status != TYPES_NOT || oserr_is(run->error))
        return;
    size_t reasons = run->reason_n;
    client_visit_all(run, false, visit_near, text);
    run->reason_n = reasons; /* they would be the same ones again */
    run->a->reason[reasons] = '\0';
    if (run->a->names_count == 0 && reasons == 0)
        client_reason(run, NULL, "it is not in the debug information of its processes");
}

enum types_status types_by_name(struct types_client *c, const struct types_ask *ask,
                                const char *name, struct types_answer *a)
{
    struct client_run run;
    client_begin(&run, c, ask, a);
    client_find(&run, name);
    return client_end(&run);
}

enum types_status types_by_file(struct types_client *c, const char *path,
                                const struct types_ask *ask, const char *name,
                                struct types_answer *a)
{
    struct client_run run;
    struct client_file f = {0};
    int fd;
    client_begin(&run, c, ask, a);
    run.error = module_file(c->be, 0, path, &fd);
    if (!oserr_is(run.error) && client_file(&run, fd, &f)) {
        if (f.state != BOX_READY)
            client_reason(&run, path, f.state == BOX_REFUSED ? f.why : "no debug information");
        else if (!find_in(&run, &f, CLIENT_SPARE_SLOT, name) && !oserr_is(run.error))
            near_in(&run, CLIENT_SPARE_SLOT, name);
    }
    return client_end(&run);
}

/* ---- (2) ---- */

struct by_prefix {
    const char *prefix;
    size_t most;
};

static bool visit_prefix(struct client_run *run, const struct modules *m, size_t i, void *ctx)
{
    const struct by_prefix *b = ctx;
    unsigned slot;
    struct message question = {0};
    uint8_t *answer = NULL;
    size_t n = 0;
    const struct client_file *f = client_open(run, m, i, &slot);
    if (f == NULL)
        return true;
    if (f->split)
        client_split(run, m, i, slot);
    client_question(&question, BOX_NAMES, slot);
    message_number(&question, b->most, 4);
    message_text(&question, b->prefix);
    if (client_ask(run, &question, -1, &answer, &n)) {
        struct message_in in = {.at = answer, .n = n};
        if (take_names(run, &in, b->most) && run->a->names_count > 0)
            run->a->status = TYPES_FOUND;
    }
    free(question.at);
    free(answer);
    return run->a->names_count < b->most;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

enum types_status types_names(struct types_client *c, const struct types_ask *ask,
                              const char *prefix, size_t most, struct types_answer *a)
{
    struct client_run run;
    struct by_prefix b = {prefix, most < TYPES_NAMES_MAX ? most : TYPES_NAMES_MAX};
    client_begin(&run, c, ask, a);
    client_visit_all(&run, false, visit_prefix, &b);
    if (a->names_count > 1)
        qsort(a->names, a->names_count, sizeof *a->names, by_text);
    return client_end(&run);
}

/* ---- (3), (4): one module ---- */

struct one_module {
    enum box_word word;
    uint64_t address; /* of a mapping of it; 0: the executable */
    uint64_t least, most;
};

bool client_variables(struct client_run *run, const struct client_file *f, struct message_in *in,
                      uint64_t most, uint64_t bias)
{
    struct types_answer *a = run->a;
    uint64_t count = message_take(in, 4);
    if (in->failed || count > most)
        return client_damaged(run);
    a->variables = calloc((size_t)count + 1, sizeof *a->variables);
    if (a->variables == NULL) {
        run->error = (struct oserr){"malloc", SEG_E_MEMORY};
        return false;
    }
    for (uint64_t i = 0; i < count; i++) {
        struct types_variable *v = &a->variables[a->variables_count++];
        v->name = message_take_text(in);
        v->address = message_take(in, 8) + bias;
        v->type = (type_id)message_take(in, 4);
        if (v->name == NULL)
            return client_damaged(run);
    }
    if (!take_pack(run, f, in))
        return false;
    for (size_t i = 0; i < a->variables_count; i++)
        if (a->variables[i].type >= types_count(a->t))
            return client_damaged(run);
    return true;
}

static bool take_variables(struct client_run *run, const struct module *m,
                           const struct client_file *f, struct message_in *in)
{
    run->a->cut = message_take(in, 1) != 0;
    return client_variables(run, f, in, BOX_VARS_MAX, m->first - m->first_offset - f->base);
}

static bool take_records(struct client_run *run, const struct client_file *f, struct message_in *in)
{
    struct types_answer *a = run->a;
    a->cut = message_take(in, 1) != 0;
    uint64_t count = message_take(in, 4);
    if (in->failed || count > in->n / 4)
        return client_damaged(run);
    a->ids = calloc((size_t)count + 1, sizeof *a->ids);
    if (a->ids == NULL) {
        run->error = (struct oserr){"malloc", SEG_E_MEMORY};
        return false;
    }
    for (uint64_t i = 0; i < count; i++)
        a->ids[a->ids_count++] = (type_id)message_take(in, 4);
    if (!take_pack(run, f, in))
        return false;
    for (size_t i = 0; i < a->ids_count; i++)
        if (a->ids[i] >= types_count(a->t))
            return client_damaged(run);
    return true;
}

static bool visit_one(struct client_run *run, const struct modules *m, size_t i, void *ctx)
{
    const struct one_module *one = ctx;
    const struct module *module = &m->module[i];
    unsigned slot;
    struct message question = {0};
    uint8_t *answer = NULL;
    size_t n = 0;
    bool wanted = one->address == 0 ? module->program
                                    : one->address >= module->start && one->address < module->end;
    const struct client_file *f = wanted ? client_open(run, m, i, &slot) : NULL;
    if (f == NULL)
        return !wanted;
    if (f->split)
        client_split(run, m, i, slot);
    client_question(&question, one->word, slot);
    if (one->word == BOX_RECORDS) {
        message_number(&question, one->least, 8);
        message_number(&question, one->most, 8);
    }
    if (client_ask(run, &question, -1, &answer, &n)) {
        struct message_in in = {.at = answer, .n = n};
        bool good =
            one->word == BOX_VARS ? take_variables(run, module, f, &in) : take_records(run, f, &in);
        if (good && take_origin(run, m, i, f))
            run->a->status = TYPES_FOUND;
    }
    free(question.at);
    free(answer);
    return false;
}

static enum types_status ask_one(struct types_client *c, const struct types_ask *ask,
                                 struct one_module *one, struct types_answer *a)
{
    struct client_run run;
    struct types_ask first = *ask;
    first.pids = ask->pids > 0 ? 1 : 0;
    client_begin(&run, c, &first, a);
    client_visit_all(&run, one->address != 0, visit_one, one);
    return client_end(&run);
}

enum types_status types_variables(struct types_client *c, const struct types_ask *ask,
                                  uint64_t address, struct types_answer *a)
{
    struct one_module one = {.word = BOX_VARS, .address = address};
    return ask_one(c, ask, &one, a);
}

enum types_status types_records(struct types_client *c, const struct types_ask *ask, uint64_t least,
                                uint64_t most, struct types_answer *a)
{
    struct one_module one = {.word = BOX_RECORDS, .least = least, .most = most};
    return ask_one(c, ask, &one, a);
}
