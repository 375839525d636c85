/* Which files have the debug information of a module: the module itself, a debug file by build-id
 * or debuglink, and what several of those share. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "types/client.h"

enum { PATH_CAP = 8192 };

void client_printable(char *s)
{
    for (; *s != '\0'; s++)
        if (*s < ' ' || *s > '~')
            *s = '?';
}

static bool take_description(struct client_run *run, const uint8_t *p, size_t n,
                             struct client_file *f)
{
    struct message_in in = {.at = p, .n = n};
    uint64_t state = message_take(&in, 1);
    f->state = state <= BOX_REFUSED ? (enum box_state)state : BOX_REFUSED;
    message_take_into(&in, f->why, sizeof f->why);
    client_printable(f->why);
    message_take_into(&in, f->build_id, sizeof f->build_id);
    f->base = message_take(&in, 8);
    message_take_into(&in, f->link, sizeof f->link);
    (void)message_take(&in, 4);
    message_take_into(&in, f->alt, sizeof f->alt);
    message_take_into(&in, f->alt_build_id, sizeof f->alt_build_id);
    f->split = message_take(&in, 1) != 0;
    f->narrow = message_take(&in, 1) != 0;
    if (in.failed || strspn(f->build_id, "0123456789abcdef") != strlen(f->build_id) ||
        strspn(f->alt_build_id, "0123456789abcdef") != strlen(f->alt_build_id)) {
        run->error = (struct oserr){"boxed_ask", SEG_E_BOXED};
        return false;
    }
    return true;
}

/* Hands a descriptor over with a question, and closes ours. */
static bool ask_with(struct client_run *run, const struct message *question, int fd,
                     struct client_file *f)
{
    uint8_t *answer = NULL;
    size_t n = 0;
    bool good = client_ask(run, question, fd, &answer, &n) && take_description(run, answer, n, f);
    module_close(run->c->be, fd);
    free(answer);
    return good;
}

static bool give(struct client_run *run, enum box_word word, unsigned slot, int fd,
                 struct client_file *f)
{
    struct message m = {0};
    client_question(&m, word, slot);
    bool good = ask_with(run, &m, fd, f);
    free(m.at);
    return good;
}

bool client_build_id(struct client_run *run, int fd, char id[TYPES_BUILD_ID])
{
    struct message m = {0};
    uint8_t *answer = NULL;
    size_t n = 0;
    client_question(&m, BOX_ID, CLIENT_SPARE_SLOT);
    bool good = client_ask(run, &m, fd, &answer, &n);
    module_close(run->c->be, fd);
    struct message_in in = {.at = answer, .n = n};
    message_take_into(&in, id, TYPES_BUILD_ID);
    if (in.failed || strspn(id, "0123456789abcdef") != strlen(id))
        id[0] = '\0';
    free(answer);
    free(m.at);
    return good;
}

/* Remembers the first file that is where debug information should be and is not used. */
static void refuse(struct client_file *f, const char *path, const char *why)
{
    char *shown = f->refused[0] == '\0' ? text_escaped(path) : NULL;
    if (shown != NULL) { /* of a long path the end */
        size_t n = strlen(shown), room = sizeof f->refused - 128;
        const char *end = n > room ? shown + (n - room) : shown;
        while ((*end & 0xc0) == 0x80)
            end++;
        (void)snprintf(f->refused, sizeof f->refused, "%s%s: %s", end != shown ? "..." : "", end,
                       why);
    }
    free(shown);
}

const char *client_stray(uint32_t pid)
{
    return pid != 0 ? "a link that leads to nothing in the process's root folder: not followed"
                    : "a link that leads to nothing";
}

/* Offers a file, as the process and then as we see that path. True: it is the one, or run->error.
 */
static bool offer(struct client_run *run, enum box_word word, unsigned slot, uint32_t pid,
                  const char *path, struct client_file *f)
{
    const uint32_t roots[] = {pid, 0};
    for (size_t i = 0; i < 2; i++) {
        int fd;
        struct oserr e = module_file(run->c->be, roots[i], path, &fd);
        if (e.code == SEG_E_NOT_SEGMENT)
            refuse(f, path, "not a regular file: not opened");
        if (e.code == SEG_E_STRAY)
            refuse(f, path, client_stray(roots[i]));
        if (oserr_is(e))
            continue;
        if (!give(run, word, slot, fd, f))
            return true;
        if (word == BOX_DEBUG ? f->state != BOX_NO_DEBUG : f->alt[0] == '\0')
            return true;
        refuse(f, path, "of another build, or without debug information: not used");
    }
    return false;
}

/* Length of the folder of a path, with its slash. */
static int folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? 0 : (int)(slash - path) + 1;
}

static void build_id_path(const char *id, char *out)
{
    (void)snprintf(out, PATH_CAP, "/usr/lib/debug/.build-id/%.2s/%s.debug", id,
                   id[0] != '\0' ? id + 2 : "");
}

/* What a debuginfod client has fetched before. */
static void cache_path(const char *id, char *out)
{
    const char *own = getenv("DEBUGINFOD_CACHE_PATH"), *cache = getenv("XDG_CACHE_HOME"),
               *home = getenv("HOME");
    if (own != NULL)
        (void)snprintf(out, PATH_CAP, "%s/%s/debuginfo", own, id);
    else if (cache != NULL)
        (void)snprintf(out, PATH_CAP, "%s/debuginfod_client/%s/debuginfo", cache, id);
    else
        (void)snprintf(out, PATH_CAP, "%s/.cache/debuginfod_client/%s/debuginfo",
                       home != NULL ? home : "", id);
}

/* The debug file of a module that has no debug information itself. */
static void find_debug(struct client_run *run, uint32_t pid, const char *path, unsigned slot,
                       struct client_file *f, char *found)
{
    static const struct {
        const char *root, *inner;
    } places[] = {{"", ""}, {"", ".debug/"}, {"/usr/lib/debug", ""}};
    int folder = folder_of(path);
    char link[sizeof f->link];
    (void)snprintf(link, sizeof link, "%s", f->link);
    if (f->build_id[0] != '\0' && f->build_id[1] != '\0') {
        build_id_path(f->build_id, found);
        if (offer(run, BOX_DEBUG, slot, pid, found, f))
            return;
        cache_path(f->build_id, found);
        if (found[0] == '/' && offer(run, BOX_DEBUG, slot, 0, found, f))
            return;
    }
    bool plain = link[0] != '\0' && strchr(link, '/') == NULL && strcmp(link, "..") != 0;
    for (size_t i = 0; plain && i < sizeof places / sizeof places[0]; i++) {
        (void)snprintf(found, PATH_CAP, "%s%.*s%s%s", places[i].root, folder, path, places[i].inner,
                       link);
        if (offer(run, BOX_DEBUG, slot, pid, found, f))
            return;
    }
}

/* The file that a debug file shares with others. */
static void find_alt(struct client_run *run, uint32_t pid, const char *path, unsigned slot,
                     struct client_file *f)
{
    char *place = malloc(PATH_CAP);
    if (place == NULL)
        return;
    if (f->alt[0] == '/')
        (void)snprintf(place, PATH_CAP, "%s", f->alt);
    else
        (void)snprintf(place, PATH_CAP, "%.*s%s", folder_of(path), path, f->alt);
    bool done = offer(run, BOX_ALT, slot, pid, place, f);
    if (!done && f->alt_build_id[0] != '\0') {
        build_id_path(f->alt_build_id, place);
        done = offer(run, BOX_ALT, slot, pid, place, f);
    }
    if (!done)
        client_reason(run, path, "the file with what it shares with others (dwz) is missing");
    free(place);
}

/* A slot for a file, which may throw an older one out. */
static unsigned free_slot(struct types_client *c)
{
    for (unsigned i = 0; i < CLIENT_SPARE_SLOT; i++)
        if (!c->slot[i].used)
            return i;
    c->next = (c->next + 1) % CLIENT_SPARE_SLOT;
    return c->next;
}

/* The debug file of a build that was recorded, where the program itself is gone or is a different
 * one. The build-id of a recording is as hostile as the rest of it. */
static bool find_recorded(struct client_run *run, const char *id, unsigned slot,
                          struct client_file *f, char *found)
{
    size_t n = strlen(id);
    if (n < 4 || n % 2 != 0 || strspn(id, "0123456789abcdef") != n)
        return false;
    for (int i = 0; i < 2; i++) {
        int fd;
        (i == 0 ? build_id_path : cache_path)(id, found);
        if (found[0] != '/' || oserr_is(module_file(run->c->be, 0, found, &fd)))
            continue;
        if (!give(run, BOX_OPEN, slot, fd, f))
            return false;
        if (f->state == BOX_READY && strcmp(f->build_id, id) == 0)
            return true;
    }
    return false;
}

/* Is the file still the one that was recorded? It is refused when not. */
static void must_be_recorded(const struct types_module *recorded, struct client_file *f)
{
    if (recorded->build_id[0] == '\0')
        (void)snprintf(
            f->why, sizeof f->why,
            "it had no build-id when it was recorded: whether this is the same file is not known");
    else if (strcmp(recorded->build_id, f->build_id) != 0)
        (void)snprintf(f->why, sizeof f->why, "it is of another build than the one recorded: %.*s",
                       (int)TYPES_BUILD_ID, recorded->build_id);
    else
        return;
    f->state = BOX_REFUSED;
}

/* Opens the file of a module, of a process or recorded. */
static struct oserr open_file(struct client_run *run, const struct modules *m, size_t i, int *fd)
{
    if (run->recorded != NULL)
        return module_file(run->c->be, 0, m->module[i].path, fd);
    return module_open(run->c->be, m, i, fd);
}

/* As above, and f stays refused when there is none. */
static void replace_recorded(struct client_run *run, size_t i, unsigned slot, struct client_file *f,
                             char *found)
{
    struct client_file refused = *f;
    if (find_recorded(run, run->recorded[i].build_id, slot, f, found) || oserr_is(run->error))
        return;
    f->state = refused.state;
    memcpy(f->why, refused.why, sizeof f->why);
}

static void open_module(struct client_run *run, const struct modules *m, size_t i, unsigned slot,
                        struct client_file *f)
{
    const struct module *module = &m->module[i];
    char *found = malloc(PATH_CAP);
    int fd = -1;
    struct oserr e =
        found == NULL ? (struct oserr){"malloc", SEG_E_MEMORY} : open_file(run, m, i, &fd);
    if (oserr_is(e)) {
        f->state = BOX_REFUSED;
        if (oserr_kind(e) == OSERR_K_DENIED)
            (void)snprintf(f->why, sizeof f->why, "no permission to read it");
        else if (run->recorded != NULL)
            (void)snprintf(f->why, sizeof f->why, "the file that was recorded is gone");
        else
            (void)snprintf(f->why, sizeof f->why, "the file that runs cannot be reached any more");
    } else if (give(run, BOX_OPEN, slot, fd, f)) {
        if (run->recorded != NULL)
            must_be_recorded(&run->recorded[i], f);
        (void)snprintf(found, PATH_CAP, "%s", module->path);
        if (f->state == BOX_NO_DEBUG)
            find_debug(run, m->pid, module->path, slot, f, found);
    }
    if (found != NULL && !oserr_is(run->error) && run->recorded != NULL && f->state == BOX_REFUSED)
        replace_recorded(run, i, slot, f, found);
    if (found != NULL && !oserr_is(run->error) && f->state == BOX_READY && f->alt[0] != '\0')
        find_alt(run, m->pid, found, slot, f);
    free(found);
}

static void explain(struct client_run *run, const struct module *module,
                    const struct client_file *f)
{
    char text[1024];
    if (f->state == BOX_REFUSED) {
        client_reason(run, module->path, f->why);
        return;
    }
    (void)snprintf(text, sizeof text,
                   "it has no debug information: compile with -g, or install the package with "
                   "its debug symbols%s%s%s",
                   f->build_id[0] != '\0' ? " (build-id " : "", f->build_id,
                   f->build_id[0] != '\0' ? ")" : "");
    client_reason(run, module->path, text);
    if (f->refused[0] != '\0')
        client_reason(run, NULL, f->refused);
}

struct client_file *client_open(struct client_run *run, const struct modules *m, size_t i,
                                unsigned *slot)
{
    const struct module *module = &m->module[i];
    struct types_client *c = run->c;
    struct client_file *f = NULL;
    for (*slot = 0; *slot < CLIENT_SPARE_SLOT && f == NULL; (*slot)++)
        if (c->slot[*slot].used && c->slot[*slot].dev == module->dev &&
            c->slot[*slot].ino == module->ino)
            f = &c->slot[*slot];
    if (f != NULL) {
        (*slot)--;
    } else {
        *slot = free_slot(c);
        f = &c->slot[*slot];
        free(f->split_name);
        *f = (struct client_file){.used = true, .dev = module->dev, .ino = module->ino};
        open_module(run, m, i, *slot, f);
    }
    if (oserr_is(run->error))
        return NULL;
    if (f->state != BOX_READY && !module->system)
        explain(run, module, f);
    return f->state == BOX_READY ? f : NULL;
}

bool client_file(struct client_run *run, int fd, struct client_file *f)
{
    return give(run, BOX_OPEN, CLIENT_SPARE_SLOT, fd, f);
}
