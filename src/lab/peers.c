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
    (void)snprintf(peer->program, sizeof peer->program, "%s", run->program);
    peer->told = false;
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

/* The last line of what it said; of our own demo without our name and the command's in front. */
static void said_of(struct peer *peer, char *out, size_t cap)
{
    static const char own[] = "shmlens: demo: ";
    const char *said = os_process_said(peer->process);
    size_t n = strlen(said);
    while (n > 0 && (said[n - 1] == '\n' || said[n - 1] == '\r'))
        n--;
    size_t from = n;
    while (from > 0 && said[from - 1] != '\n')
        from--;
    if (n - from >= sizeof own - 1 && strncmp(said + from, own, sizeof own - 1) == 0)
        from += sizeof own - 1;
    (void)text_escape_content(out, cap, said + from, n - from);
}

/* `counter (4711) ended with status 3: cannot open it` */
static void told(struct peer *peer, const struct peer_end *how, char text[PEERS_WHY])
{
    char words[128], said[128] = "";
    ending_words(how, words, sizeof words);
    if (how->signal == 0)
        said_of(peer, said, sizeof said);
    (void)snprintf(text, PEERS_WHY, "%s (%u) %s%s%s", peer->program,
                   (unsigned)os_process_pid(peer->process), words, said[0] != '\0' ? ": " : "",
                   said);
}

bool peers_failed(struct peers *p, const struct lesson_run *run, char why[PEERS_WHY])
{
    struct peer *peer = find(p, run->peer);
    struct peer_end how = {0, 0};
    if (peer == NULL || peer->process == NULL || os_process_running(peer->process))
        return false;
    os_process_end(peer->process, &how.status, &how.signal);
    told(peer, &how, why);
    if (strcmp(run->program, "demo") == 0 && how.signal == 0 &&
        os_process_said(peer->process)[0] != '\0')
        said_of(peer, why, PEERS_WHY);
    return how.status != 0 || how.signal != 0;
}

bool peers_news(struct peers *p, int i, struct peer_end *how, char text[PEERS_WHY])
{
    struct peer *peer = &p->peer[i];
    if (peer->process == NULL || peer->told || os_process_running(peer->process))
        return false;
    peer->told = true;
    os_process_end(peer->process, &how->status, &how->signal);
    told(peer, how, text);
    return true;
}

bool peers_stale(const char *folder, const struct lesson_run *run, char text[PEERS_WHY])
{
    char path[SHELF_PATH], source[SHELF_PATH];
    if (folder == NULL || run->program == NULL || !shelf_program(folder, run->program, path) ||
        (size_t)snprintf(source, sizeof source, "%s/%s.c", folder, run->program) >= sizeof source ||
        !os_is_newer(source, path))
        return false;
    (void)snprintf(text, PEERS_WHY, "%s.c is newer than %s: run make", run->program, run->program);
    return true;
}

uint32_t peers_pid(struct peers *p, const char *name)
{
    struct peer *peer = find(p, name);
    return peer != NULL && peer->process != NULL && os_process_running(peer->process)
               ? os_process_pid(peer->process)
               : 0;
}
