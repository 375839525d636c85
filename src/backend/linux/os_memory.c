/* How much memory this process may still take: the minimum of what the machine has left and what
 * each memory cgroup above us has left (version 2, or 1 where that is mounted). A group's page
 * cache counts as free: the kernel reclaims that first. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend/os.h"

enum { PATH_SIZE = 4200, FILE_MOST = 64 * 1024 };

/* The file names of one version of cgroups. */
struct group_files {
    const char *root, *limit, *usage, *inactive, *active;
};

static const struct group_files version_2 = {"/sys/fs/cgroup", "memory.max", "memory.current",
                                             "inactive_file ", "active_file "};
static const struct group_files version_1 = {"/sys/fs/cgroup/memory", "memory.limit_in_bytes",
                                             "memory.usage_in_bytes", "total_inactive_file ",
                                             "total_active_file "};

/* The number after `key` at the start of a line; `none`: there is no such line or number. */
static uint64_t number_after(const char *text, const char *key, uint64_t none)
{
    for (const char *line = text; line != NULL && *line != '\0';) {
        if (strncmp(line, key, strlen(key)) == 0) {
            const char *digits = line + strlen(key) + strspn(line + strlen(key), " \t");
            if (*digits >= '0' && *digits <= '9')
                return strtoull(digits, NULL, 10);
        }
        line = strchr(line, '\n');
        line += line != NULL;
    }
    return none;
}

static uint64_t number_in(const char *path, const char *key, uint64_t none)
{
    char *text = NULL;
    size_t size = 0;
    struct oserr e = os_read_file(path, FILE_MOST, &text, &size);
    uint64_t n = oserr_is(e) ? none : number_after(text, key, none);
    free(text);
    return n;
}

/* What one group has left; UINT64_MAX: no limit. */
static uint64_t left_in(const struct group_files *f, const char *group)
{
    char path[PATH_SIZE];
    (void)snprintf(path, sizeof path, "%s%s/%s", f->root, group, f->limit);
    uint64_t limit = number_in(path, "", UINT64_MAX);
    if (limit == UINT64_MAX)
        return limit;
    (void)snprintf(path, sizeof path, "%s%s/%s", f->root, group, f->usage);
    uint64_t used = number_in(path, "", 0);
    (void)snprintf(path, sizeof path, "%s%s/memory.stat", f->root, group);
    uint64_t files = number_in(path, f->inactive, 0) + number_in(path, f->active, 0);
    used = used > files ? used - files : 0;
    return limit > used ? limit - used : 0;
}

/* The minimum of a group and those above it. Shortens the path from its end. */
static uint64_t left_above(const struct group_files *f, char *group)
{
    uint64_t least = left_in(f, "");
    for (size_t n = strlen(group); n > 1; n = strlen(group)) {
        uint64_t left = left_in(f, group);
        least = left < least ? left : least;
        *strrchr(group, '/') = '\0';
    }
    return least;
}

uint64_t os_memory_free(void)
{
    char *groups = NULL;
    size_t size = 0;
    uint64_t kib = number_in("/proc/meminfo", "MemAvailable:", UINT64_MAX / 1024);
    uint64_t least = kib < UINT64_MAX / 1024 ? kib * 1024 : UINT64_MAX;
    struct oserr e = os_read_file("/proc/self/cgroup", FILE_MOST, &groups, &size);
    for (char *line = oserr_is(e) ? NULL : groups, *next; line != NULL && *line != '\0';
         line = next) {
        next = strchr(line, '\n');
        if (next != NULL)
            *next++ = '\0';
        char *path = strchr(line, '/'); /* `0::PATH`, or `4:memory:PATH` */
        const struct group_files *f = strncmp(line, "0::", 3) == 0       ? &version_2
                                      : strstr(line, ":memory:") != NULL ? &version_1
                                                                         : NULL;
        uint64_t left = path != NULL && f != NULL ? left_above(f, path) : UINT64_MAX;
        least = left < least ? left : least;
    }
    free(groups);
    return least;
}
