/* Split files (.dwo): the types of a unit, and its variables but for their addresses, which stay in
 * the program. The program names them; each must have the unit with the id that the program says.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "types/client.h"

struct split_part {
    char *folder, *name; /* raw, owned */
    uint64_t id, addresses;
};

/* Gives an open file to a slot and closes it. False: `why`, or run->error. */
static bool give_part(struct client_run *run, unsigned slot, int fd, const struct split_part *part,
                      char *why, size_t cap)
{
    struct message m = {0};
    uint8_t *answer = NULL;
    size_t n = 0;
    client_question(&m, BOX_PART, slot);
    message_number(&m, part->id, 8);
    message_number(&m, part->addresses, 8);
    bool good = client_ask(run, &m, fd, &answer, &n);
    module_close(run->c->be, fd);
    struct message_in in = {.at = answer, .n = n};
    run->c->slot[slot].split_full = message_take(&in, 1) != 0;
    message_take_into(&in, why, cap);
    client_printable(why);
    if (good && in.failed)
        good = client_damaged(run);
    free(answer);
    free(m.at);
    return good && why[0] == '\0';
}

static const char not_there[] = "this file with types (split DWARF) cannot be opened";

/* Is that why it was not read: no file is there? */
static bool is_missing(const char *why)
{
    return strcmp(why, not_there) == 0 || strcmp(why, client_stray(0)) == 0 ||
           strcmp(why, client_stray(1)) == 0;
}

/* Finds a split file as the process sees that path, then as we do, and gives it to the slot. */
static bool give_file(struct client_run *run, uint32_t pid, unsigned slot, const char *path,
                      const struct split_part *part, char *why, size_t cap)
{
    const uint32_t roots[] = {pid, 0};
    bool good = false;
    (void)snprintf(why, cap, "%s", not_there);
    for (size_t k = 0; k < 2 && !good && !oserr_is(run->error); k++) {
        int fd;
        struct oserr e = module_file(run->c->be, roots[k], path, &fd);
        if (!oserr_is(e))
            good = give_part(run, slot, fd, part, why, cap);
        else if (e.code == SEG_E_NOT_SEGMENT)
            (void)snprintf(why, cap, "it is not a regular file: not opened");
        else if (e.code == SEG_E_STRAY && strcmp(why, not_there) == 0)
            (void)snprintf(why, cap, "%s", client_stray(roots[k]));
    }
    return good;
}

/* One of the files that the program names. Where it is gone, a package (.dwp) may be there. */
static bool give_named(struct client_run *run, const struct modules *m, size_t i, unsigned slot,
                       const struct split_part *part, char *why, size_t cap)
{
    const char *program = m->module[i].path;
    if (part->name[0] != '/' && part->folder[0] != '/') {
        (void)snprintf(why, cap,
                       "the program does not say in which folder this file with types is");
        return false;
    }
    size_t n = strlen(part->folder) + strlen(part->name) + strlen(program) + sizeof "/.dwp";
    char *path = malloc(n);
    if (path == NULL) {
        run->error = (struct oserr){"malloc", SEG_E_MEMORY};
        return false;
    }
    (void)snprintf(path, n, "%s%s%s", part->name[0] == '/' ? "" : part->folder,
                   part->name[0] == '/' ? "" : "/", part->name);
    bool good = give_file(run, m->pid, slot, path, part, why, cap);
    if (!good && !oserr_is(run->error) && is_missing(why)) {
        int fd;
        (void)snprintf(path, n, "%s.dwp", program);
        if (!oserr_is(module_file(run->c->be, m->pid, path, &fd))) {
            module_close(run->c->be, fd);
            good = give_file(run, m->pid, slot, path, part, why, cap);
        }
    }
    free(path);
    return good;
}

/* One more of the list. False: it stays for later. */
static bool take_one(struct client_run *run, const struct modules *m, size_t i, unsigned slot,
                     struct split_part *part)
{
    struct client_file *f = &run->c->slot[slot];
    char why[sizeof f->split_why];
    bool good = give_named(run, m, i, slot, part, why, sizeof why);
    if (oserr_is(run->error) || f->split_full)
        return false;
    if (!good && f->split_missing++ == 0) {
        f->split_name = part->name;
        part->name = NULL;
        memcpy(f->split_why, why, sizeof why);
    }
    f->split_next++;
    return true;
}

/* Gives those that were not given yet, as many as fit. */
static void take_list(struct client_run *run, const struct modules *m, size_t i, unsigned slot,
                      struct message_in *in)
{
    struct client_file *f = &run->c->slot[slot];
    uint64_t count = message_take(in, 4);
    bool going = true;
    f->split_more = message_take(in, 1) != 0;
    f->split_full = false;
    for (uint64_t k = 0; k < count && !in->failed && going; k++) {
        struct split_part part = {.folder = message_take_text(in), .name = message_take_text(in)};
        part.id = message_take(in, 8);
        part.addresses = message_take(in, 8);
        if (k >= f->split_next && !in->failed)
            going = take_one(run, m, i, slot, &part);
        free(part.folder);
        free(part.name);
    }
    if (in->failed)
        (void)client_damaged(run);
    else
        f->split_given = going && !oserr_is(run->error);
}

static void give_more(struct client_run *run, const struct modules *m, size_t i, unsigned slot)
{
    struct message question = {0};
    uint8_t *answer = NULL;
    size_t n = 0;
    client_question(&question, BOX_PARTS, slot);
    if (client_ask(run, &question, -1, &answer, &n)) {
        struct message_in in = {.at = answer, .n = n};
        take_list(run, m, i, slot, &in);
    }
    free(question.at);
    free(answer);
}

static bool drop(struct client_run *run, unsigned slot)
{
    struct message question = {0};
    uint8_t *answer = NULL;
    size_t n = 0;
    client_question(&question, BOX_DROP, slot);
    bool good = client_ask(run, &question, -1, &answer, &n);
    free(question.at);
    free(answer);
    return good;
}

/* After some were dropped to make room: the next question begins with the first ones again. */
static bool start_over(struct client_run *run, struct client_file *f, unsigned slot)
{
    if (!drop(run, slot))
        return false;
    free(f->split_name);
    f->split_name = NULL;
    f->split_given = f->split_full = f->split_dropped = false;
    f->split_next = f->split_missing = 0;
    return true;
}

void client_split(struct client_run *run, const struct modules *m, size_t i, unsigned slot)
{
    struct client_file *f = &run->c->slot[slot];
    if (f->split_dropped && !start_over(run, f, slot))
        return;
    if (!f->split_given && !f->split_full)
        give_more(run, m, i, slot);
    if (oserr_is(run->error))
        return;
    if (f->split_missing > 0)
        client_reason(run, f->split_name, f->split_why);
    if (f->split_missing > 1)
        client_reason(run, NULL, "nor are others of its split files");
    if (f->split_full)
        client_reason(run, m->module[i].path,
                      "its split files are larger than 1 GiB together: proposals and names are of "
                      "the first ones");
    if (f->split_more)
        client_reason(run, m->module[i].path,
                      "it has more than 4096 split files: the first ones are read");
}

bool client_split_rest(struct client_run *run, const struct modules *m, size_t i, unsigned slot)
{
    struct client_file *f = &run->c->slot[slot];
    if (!f->split_full || !drop(run, slot))
        return false;
    f->split_dropped = true;
    give_more(run, m, i, slot);
    return !oserr_is(run->error);
}
