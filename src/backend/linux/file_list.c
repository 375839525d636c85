/* Files that keep memory without a user: those in folders of /dev/shm and on hugetlbfs.
 *
 * A file in a folder of /dev/shm has no POSIX name, which may have no slash, and a file on
 * hugetlbfs has none either; both keep their memory when the last process that mapped them has
 * ended. So they are listed by their paths, as files, with the segments that have names. The
 * folders of others are not trusted: no link is followed, nothing on another file system is
 * entered, and depth and number are bounded. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend/linux/file_list.h"
#include "backend/linux/kinds.h"
#include "backend/linux/sys_proc.h"

enum {
    DEPTH = 4,              /* folders below the first one */
    FILES = 4096,           /* rows of one file system */
    ENTRIES = 65536,        /* entries read below the first folder */
    MOUNTS_BYTES = 1 << 20, /* of /proc/self/mounts */
    PLACE = 4096,
};

/* One file system being listed. */
struct tree {
    struct backend *be;
    struct listing *list;
    unsigned state; /* SEG_ST_, of its files */
    uint64_t dev;
    size_t files, entries; /* so many more */
    char path[PLACE];      /* of the entry */
};

static struct oserr take_folder(struct tree *t, int dir, size_t n, int depth);

static struct oserr add_file(struct tree *t, const struct stat *st)
{
    char locator[PLACE + 8];
    struct seg_stat known;
    if (t->files == 0)
        return OSERR_NONE;
    t->files--;
    fd_describe(st, &known);
    known.state |= t->state;
    known.acl = sys_acl(t->be, t->path, false, SYS_KEY_LIST_ACL, known.mode);
    snprintf(locator, sizeof locator, "file:%s", t->path);
    return listing_add(t->be, t->list, SEG_FILE, locator, t->path, &known);
}

/* One entry of a folder, whose path is t->path as far as n. A folder that we may not enter, and
 * what is gone again, is passed over. */
static struct oserr take_entry(struct tree *t, int dir, size_t n, int depth, const char *name)
{
    struct stat st;
    int below;
    size_t m = strlen(name);
    if (n + 1 + m >= sizeof t->path)
        return OSERR_NONE;
    struct oserr e = sys_statat(t->be, dir, name, SYS_KEY_LIST_STAT, &st);
    if (oserr_is(e))
        return e.code == ENOENT ? OSERR_NONE : e;
    t->path[n] = '/';
    memcpy(t->path + n + 1, name, m + 1);
    if (S_ISREG(st.st_mode) && (depth > 0 || (t->state & SEG_ST_HUGETLB) != 0))
        return add_file(t, &st);
    if (!S_ISDIR(st.st_mode) || st.st_dev != t->dev || depth == DEPTH)
        return OSERR_NONE;
    e = sys_openat(t->be, dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC, SYS_KEY_LIST,
                   &below);
    if (oserr_is(e))
        return e.code == SEG_E_MEMORY ? e : OSERR_NONE;
    e = take_folder(t, below, n + 1 + m, depth + 1);
    sys_close(t->be, below, SYS_KEY_LIST);
    return e;
}

static struct oserr take_folder(struct tree *t, int dir, size_t n, int depth)
{
    DIR *entries;
    struct dirent *entry = NULL;
    struct oserr worst = OSERR_NONE;
    bool huge = (t->state & SEG_ST_HUGETLB) != 0;
    struct oserr e = sys_opendir_at(t->be, dir, SYS_KEY_LIST, &entries);
    if (oserr_is(e))
        return e;
    do {
        e = sys_readdir(t->be, entries, SYS_KEY_LIST, &entry);
        bool segment = depth == 0 && !huge && entry != NULL && entry->d_type == DT_REG;
        if (entry != NULL && !segment && strcmp(entry->d_name, ".") != 0 &&
            strcmp(entry->d_name, "..") != 0) {
            t->entries--;
            e = take_entry(t, dir, n, depth, entry->d_name);
        }
        if (oserr_is(e))
            worst = e; /* still list the others */
    } while (entry != NULL && t->entries > 0 && t->files > 0 && worst.code != SEG_E_MEMORY);
    sys_closedir(t->be, entries, SYS_KEY_LIST);
    return worst;
}

/* On tmpfs a folder has a link for each folder in it, and two more. */
static bool has_folders(const struct stat *st)
{
    return st->st_nlink != 2;
}

/* What is mounted at `path`, if we may look into it. */
static struct oserr list_tree(struct backend *be, const char *path, unsigned state,
                              struct listing *l)
{
    void *mem;
    struct stat st;
    int dir;
    struct oserr e = sys_open(be, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC, SYS_KEY_NONE, &dir);
    if (oserr_is(e))
        return OSERR_NONE;
    e = sys_alloc(be, sizeof(struct tree), &mem);
    if (!oserr_is(e)) {
        struct tree *t = mem;
        e = sys_fstat(be, dir, &st);
        *t = (struct tree){be, l, state, st.st_dev, FILES, ENTRIES, ""};
        int n = snprintf(t->path, sizeof t->path, "%s", path);
        if (!oserr_is(e) && (size_t)n < sizeof t->path &&
            ((state & SEG_ST_HUGETLB) != 0 || has_folders(&st)))
            e = take_folder(t, dir, (size_t)n, 0);
        free(t);
    }
    sys_close(be, dir, SYS_KEY_NONE);
    return e;
}

/* ---- where hugetlbfs is mounted ---- */

/* Takes a field off a line of /proc/self/mounts, in which a blank is \040. */
static char *next_field(char **line)
{
    char *start = *line, *to = start, *s = start;
    for (; *s != '\0' && *s != ' '; to++) {
        bool octal = s[0] == '\\' && s[1] >= '0' && s[1] <= '3' && s[2] >= '0' && s[2] <= '7' &&
                     s[3] >= '0' && s[3] <= '7';
        *to = octal ? (char)((s[1] - '0') * 64 + (s[2] - '0') * 8 + (s[3] - '0')) : *s;
        s += octal ? 4 : 1;
    }
    *line = *s == ' ' ? s + 1 : s;
    *to = '\0';
    return start;
}

/* `DEVICE PATH TYPE OPTIONS 0 0` */
static struct oserr take_mount(struct backend *be, char *line, struct listing *l)
{
    (void)next_field(&line);
    char *path = next_field(&line);
    if (strcmp(next_field(&line), "hugetlbfs") != 0)
        return OSERR_NONE;
    return list_tree(be, path, SEG_ST_LASTS | SEG_ST_HUGETLB, l);
}

static struct oserr take_mounts(struct backend *be, char *text, struct listing *l)
{
    struct oserr worst = OSERR_NONE;
    for (char *line = text, *end; (end = strchr(line, '\n')) != NULL; line = end + 1) {
        *end = '\0';
        struct oserr e = take_mount(be, line, l);
        worst = oserr_is(e) ? e : worst;
        if (e.code == SEG_E_MEMORY)
            break;
    }
    return worst;
}

static struct oserr list_huge(struct backend *be, struct listing *l)
{
    void *text = NULL;
    size_t n = 0, cap = 0, got = 1;
    int fd;
    struct oserr e = sys_open(be, "/proc/self/mounts", O_RDONLY | O_CLOEXEC, SYS_KEY_NONE, &fd);
    if (oserr_is(e))
        return OSERR_NONE;
    while (!oserr_is(e) && got > 0 && n < MOUNTS_BYTES) {
        e = sys_grow(be, &text, &cap, n + 16384, 1);
        if (!oserr_is(e))
            e = sys_read(be, fd, (char *)text + n, cap - n - 1, SYS_KEY_PROC_READ, &got);
        n += oserr_is(e) ? 0 : got;
    }
    sys_close(be, fd, SYS_KEY_NONE);
    if (!oserr_is(e)) {
        ((char *)text)[n] = '\0';
        e = take_mounts(be, text, l);
    }
    free(text);
    return e;
}

struct oserr file_list(struct backend *be, unsigned kinds, struct listing *l)
{
    if ((kinds & (1U << SEG_POSIX | 1U << SEG_FILE)) == 0)
        return OSERR_NONE;
    struct oserr e = list_tree(be, POSIX_SHM_DIR, SEG_ST_LASTS, l);
    struct oserr huge = e.code == SEG_E_MEMORY ? e : list_huge(be, l);
    return oserr_is(huge) ? huge : e;
}

unsigned file_state(const char *path, bool huge)
{
    static const char shm[] = POSIX_SHM_DIR "/";
    return huge                                      ? SEG_ST_LASTS | SEG_ST_HUGETLB
           : strncmp(path, shm, sizeof shm - 1) == 0 ? SEG_ST_LASTS
                                                     : 0;
}
