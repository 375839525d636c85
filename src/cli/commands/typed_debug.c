/* --type T from the debug information of the processes that map the segment, and --pid. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend/os.h"
#include "cli/commands/typed.h"
#include "time/recording.h"

bool typed_stop(void *run)
{
    const struct command_run *r = run;
    return !progress_yield(r->env->progress, 0, 0);
}

/* The processes to ask: the one of --pid, else all that map the segment, each once. */
static uint32_t *processes(struct typed *y, uint32_t pid, size_t *n)
{
    *n = 0;
    if (pid == 0)
        typed_users(y);
    uint32_t *all = calloc(y->who.mappers_count + 1, sizeof *all);
    if (all != NULL && pid != 0)
        all[(*n)++] = pid;
    else if (all != NULL)
        *n = seg_who_pids(&y->who, all, y->who.mappers_count, NULL);
    return all;
}

bool typed_pid(struct command_run *r, uint32_t *pid)
{
    const char *text = run_option(r, "pid");
    uint64_t v = 0;
    *pid = 0;
    if (text == NULL)
        return true;
    if (!run_number(r, "--pid", text, UINT32_MAX, &v))
        return false;
    *pid = (uint32_t)v;
    if (v != 0 && os_pid_exists(*pid))
        return true;
    (void)run_error(r, "--pid: there is no process %" PRIu64, v);
    return false;
}

/* What was found becomes T's set. */
enum types_status typed_take(struct typed *y, enum types_status status, uint32_t pid, type_id *id)
{
    *id = 0;
    if (status == TYPES_FOUND) {
        *id = y->debug.id;
        y->t = y->debug.t;
        y->source.t = y->t;
        y->source.as = pid;
    }
    return status;
}

/* What a recording says of the programs that had the segment. *n 0: nothing. */
static struct types_module *recorded_modules(const struct rec_header *h, size_t *n)
{
    struct types_module *all = calloc(h->modules + 1, sizeof *all);
    *n = all == NULL ? 0 : h->modules;
    for (size_t i = 0; i < *n; i++) {
        const struct rec_module *m = &h->module[i];
        all[i] = (struct types_module){.path = m->path, .program = m->program};
        for (size_t k = 0; k < m->id_n && k < REC_BUILD_ID; k++)
            (void)snprintf(all[i].build_id + 2 * k, 3, "%02x", m->id[k]);
    }
    return all;
}

/* The same for a recording: its programs are asked, as far as they are still there. */
static enum types_status debug_of_recording(struct typed *y, const char *name, uint32_t pid,
                                            type_id *id)
{
    struct types_answer *a = &y->debug;
    struct types_ask ask = {.stop = typed_stop, .ctx = y->r};
    size_t n = 0;
    struct types_module *all = recorded_modules(recording_header(recording_of(y->r->seg)), &n);
    struct types_client *c = types_client_new(y->r->env->be);
    types_answer_free(a);
    a->status = pid != 0 ? TYPES_FAILED : TYPES_NOT;
    if (pid != 0)
        (void)snprintf(a->reason, sizeof a->reason,
                       "--pid: a recording is typed from the programs that it remembers");
    else if (c != NULL && n > 0)
        a->status = types_by_modules(c, &ask, all, n, name, a);
    else
        (void)snprintf(
            a->reason, sizeof a->reason,
            "the recording does not say which programs had it mapped; --types FILE takes "
            "a C header");
    types_client_free(c);
    free(all);
    return typed_take(y, a->status, 0, id);
}

enum types_status typed_debug(struct typed *y, const char *name, uint32_t pid, type_id *id)
{
    struct types_answer *a = &y->debug;
    size_t n = 0;
    *id = 0;
    if (recording_of(y->r->seg) != NULL)
        return debug_of_recording(y, name, pid, id);
    struct types_client *c = types_client_new(y->r->env->be);
    types_client_start(c); /* while /proc is read */
    uint32_t *pids = processes(y, pid, &n);
    types_answer_free(a);
    if (pids != NULL && c != NULL && n > 0) {
        struct types_ask ask = {.pid = pids, .pids = n, .stop = typed_stop, .ctx = y->r};
        a->status = types_by_name(c, &ask, name, a);
    } else {
        a->status = TYPES_NOT;
        (void)snprintf(a->reason, sizeof a->reason,
                       "no other process is seen to map it, so none can "
                       "be asked; --types FILE takes a C header");
    }
    types_client_free(c);
    free(pids);
    return typed_take(y, a->status, pid, id);
}

/* `, "pid":812, ...` of what was found there. */
void typed_json_source(struct typed *y, struct out *o)
{
    bool debug = y->t == y->debug.t;
    out_str(o, "{");
    if (debug && y->debug.from.pid != 0)
        out_print(o, "\"pid\":%" PRIu32 ",", y->debug.from.pid);
    out_str(o, "\"file\":");
    out_json(o, y->file_shown);
    if (debug && y->debug.from.build_id[0] != '\0')
        out_print(o, ",\"build_id\":\"%s\"", y->debug.from.build_id);
    out_str(o, "}");
}
