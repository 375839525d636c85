#include "lab/peers.h"

#include <stdio.h>
#include <string.h>

#include "core/text.h"
#include "lab/shelf.h"

#define ENDS_IN (2 * INT64_C(1000000000)) /* ns */

static struct peer *find(struct peers *p, const char *name)
{
    for (int i = 0; i < p->count; i++)
        if (strcmp(p->peer[i].name, name) == 0)
            return &p->peer[i];
    return NULL;
}

static void end(struct peer *peer)
{
    os_process_stop(peer->process);
    peer->process = NULL;
}

static struct oserr start(const char *folder, const struct lesson_run *run, struct peer *peer,
                          char path[SHELF_PATH])
{
    static const char *const demo[] = {"demo", "--writer-only", NULL};
    const char *args[LESSON_ARGS + 1] = {NULL};
    memcpy(args, run->arg, sizeof run->arg);
    args[run->args] = NULL;
    if (strcmp(run->program, "demo") == 0)
        return os_spawn_self(demo, &peer->process);
    if (!shelf_program(folder, run->program, path))
        return (struct oserr){"stat", SEG_E_NAME};
    return os_spawn(path, args, &peer->process);
}

bool peers_do(struct peers *p, const char *folder, const struct lesson_run *run,
              char why[PEERS_WHY])
{
    char path[SHELF_PATH] = "", text[120];
    struct peer *peer = find(p, run->peer);
    why[0] = '\0';
    if (peer != NULL)
        end(peer);
    if (run->program == NULL)
        return true;
    if (peer == NULL && p->count == PEERS_MAX) {
        (void)snprintf(why, PEERS_WHY, "%s: too many processes", run->peer);
        return false;
    }
    if (peer == NULL) {
        peer = &p->peer[p->count++];
        *peer = (struct peer){.process = NULL};
        (void)snprintf(peer->name, sizeof peer->name, "%s", run->peer);
    }
    struct oserr e = start(folder, run, peer, path);
    if (!oserr_is(e))
        return true;
    (void)oserr_text(e, text, sizeof text);
    if (e.code == SEG_E_NAME)
        (void)snprintf(why, PEERS_WHY, "the program %s is not there%s", run->program,
                       folder != NULL ? ": make it from its source" : ": is the lab installed?");
    else
        (void)snprintf(why, PEERS_WHY, "%s does not start: %s (%s)", run->program, text, e.call);
    return false;
}

void peers_end(struct peers *p)
{
    for (int i = p->count - 1; i >= 0; i--)
        if (p->peer[i].process != NULL)
            os_process_ask(p->peer[i].process);
    int64_t deadline = os_now() + ENDS_IN;
    for (int i = p->count - 1; i >= 0; i--)
        if (p->peer[i].process != NULL)
            os_process_finish(p->peer[i].process, deadline);
    p->count = 0;
}

enum peer_state peers_look(struct peers *p, const char *name, struct peer_end *how)
{
    struct peer *peer = find(p, name);
    *how = (struct peer_end){0, 0};
    if (peer == NULL)
        return PEER_NONE;
    if (peer->process == NULL)
        return PEER_ENDED;
    if (os_process_running(peer->process))
        return PEER_RUNS;
    os_process_end(peer->process, &how->status, &how->signal);
    return PEER_ENDED;
}

bool peers_crashed(const struct peer_end *how)
{
    enum { ILL = 4, TRAP = 5, ABRT = 6, BUS = 7, FPE = 8, SEGV = 11 }; /* of Linux */
    uint32_t status = (uint32_t)how->status;
    return how->signal == ILL || how->signal == TRAP || how->signal == ABRT || how->signal == BUS ||
           how->signal == FPE || how->signal == SEGV ||
           status >> 28 == 0xc; /* NTSTATUS: an error of the system's, such as 0xc0000005 */
}

/* The first line of what it said, without our own name and that of the command in front. */
static void said_of(struct peer *peer, char why[PEERS_WHY])
{
    static const char own[] = "shmlens: demo: ";
    const char *said = os_process_said(peer->process);
    if (strncmp(said, own, sizeof own - 1) == 0)
        said += sizeof own - 1;
    (void)text_escape_content(why, PEERS_WHY, said, strcspn(said, "\n"));
}

bool peers_failed(struct peers *p, const struct lesson_run *run, char why[PEERS_WHY])
{
    struct peer *peer = find(p, run->peer);
    struct peer_end how = {0, 0};
    if (peer == NULL || peer->process == NULL || os_process_running(peer->process))
        return false;
    os_process_end(peer->process, &how.status, &how.signal);
    said_of(peer, why);
    if (why[0] == '\0' && how.signal != 0)
        (void)snprintf(why, PEERS_WHY, "%s was ended by signal %d", run->program, how.signal);
    else if (why[0] == '\0' && peers_crashed(&how))
        (void)snprintf(why, PEERS_WHY, "%s was ended by exception 0x%08x", run->program,
                       (unsigned)how.status);
    else if (why[0] == '\0')
        (void)snprintf(why, PEERS_WHY, "%s ended with status %d", run->program, how.status);
    return how.status != 0 || how.signal != 0;
}

uint32_t peers_pid(struct peers *p, const char *name)
{
    struct peer *peer = find(p, name);
    return peer != NULL && peer->process != NULL && os_process_running(peer->process)
               ? os_process_pid(peer->process)
               : 0;
}
