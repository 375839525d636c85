/* Modules that a recording remembers: which there are, and types from them later. */
#include <stdlib.h>
#include <string.h>

#include "types/client.h"

/* In place of device and inode, which no process has any more: what was opened for one recording is
 * not kept for the next. */
static const uint64_t recorded_dev = UINT64_MAX;

void client_visit_recorded(struct client_run *run, client_visit *visit, void *ctx)
{
    struct modules m = {.count = run->recorded_n};
    m.module = calloc(m.count + 1, sizeof *m.module);
    if (m.module == NULL)
        run->error = (struct oserr){"malloc", SEG_E_MEMORY};
    bool going = m.module != NULL;
    for (size_t i = 0; going && i < m.count; i++)
        m.module[i] = (struct module){.path = run->recorded[i].path,
                                      .dev = recorded_dev,
                                      .ino = i,
                                      .program = run->recorded[i].program};
    for (size_t i = 0; going && i < m.count; i++)
        going = client_visit_one(run, visit, &m, i, ctx);
    free(m.module); /* the paths are the recording's */
}

enum types_status types_by_modules(struct types_client *c, const struct types_ask *ask,
                                   const struct types_module *module, size_t n, const char *name,
                                   struct types_answer *a)
{
    struct client_run run;
    client_begin(&run, c, ask, a);
    for (size_t i = 0; i < BOX_SLOTS; i++)
        c->slot[i].used = c->slot[i].used && c->slot[i].dev != recorded_dev;
    run.recorded = module;
    run.recorded_n = n;
    client_find(&run, name);
    return client_end(&run);
}

static bool visit_module(struct client_run *run, const struct modules *m, size_t i, void *ctx)
{
    struct types_answer *a = run->a;
    const struct module *module = &m->module[i];
    char id[TYPES_BUILD_ID];
    int fd;
    (void)ctx;
    if (oserr_is(module_open(run->c->be, m, i, &fd))) {
        client_reason(run, module->path, "its file cannot be opened");
        return true;
    }
    if (!client_build_id(run, fd, id))
        return false;
    struct types_module *more = realloc(a->modules, (a->modules_count + 1) * sizeof *more);
    char *path = strdup(module->path);
    if (more != NULL)
        a->modules = more;
    if (more == NULL || path == NULL) {
        free(path);
        run->error = (struct oserr){"malloc", SEG_E_MEMORY};
        return false;
    }
    struct types_module *row = &a->modules[a->modules_count++];
    *row = (struct types_module){.path = path, .program = module->program};
    memcpy(row->build_id, id, sizeof id);
    a->status = TYPES_FOUND;
    return true;
}

enum types_status types_modules(struct types_client *c, const struct types_ask *ask,
                                struct types_answer *a)
{
    struct client_run run;
    client_begin(&run, c, ask, a);
    client_visit_all(&run, false, visit_module, NULL);
    return client_end(&run);
}
