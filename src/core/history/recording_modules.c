/* The modules in the header of a recording: of which programs it is, so that their debug
 * information can say later what was in the segment. */
#include <stdlib.h>
#include <string.h>

#include "core/history/recording_private.h"

/* The least that a module takes: its kind, no build-id, a path of one byte. */
enum { MODULE_LEAST = 4 };

size_t rec_modules_put(const struct rec_header *h, uint8_t *out, size_t cap, size_t *n)
{
    size_t i = 0;
    *n = 0;
    for (; i < h->modules; i++) {
        const struct rec_module *m = &h->module[i];
        size_t path = strlen(m->path);
        if (path == 0 || path > REC_PATH_MAX || m->id_n > REC_BUILD_ID ||
            2 + (size_t)m->id_n + VARINT_MAX + path > cap - *n)
            break;
        out[(*n)++] = m->program;
        out[(*n)++] = m->id_n;
        memcpy(out + *n, m->id, m->id_n);
        *n += m->id_n;
        *n += put_varint(out + *n, path);
        memcpy(out + *n, m->path, path);
        *n += path;
    }
    return i;
}

/* Takes one module at p + *at. */
static enum rec_status take(struct rec_module *m, const uint8_t *p, size_t n, size_t *at)
{
    uint64_t path = 0;
    if (n - *at < MODULE_LEAST || p[*at] > 1 || p[*at + 1] > REC_BUILD_ID ||
        p[*at + 1] > n - *at - 2)
        return REC_DAMAGED;
    *m = (struct rec_module){.program = p[*at] == 1, .id_n = p[*at + 1]};
    memcpy(m->id, p + *at + 2, m->id_n);
    *at += 2 + (size_t)m->id_n;
    if (!get_varint(p, n, at, &path) || path == 0 || path > REC_PATH_MAX || path > n - *at ||
        memchr(p + *at, '\0', (size_t)path) != NULL)
        return REC_DAMAGED;
    m->path = malloc((size_t)path + 1);
    if (m->path == NULL)
        return REC_MEMORY;
    memcpy(m->path, p + *at, (size_t)path);
    m->path[path] = '\0';
    *at += (size_t)path;
    return REC_OK;
}

enum rec_status rec_modules_take(struct rec_header *h, const uint8_t *p, size_t n)
{
    enum rec_status status = REC_OK;
    h->module = calloc(n / MODULE_LEAST + 1, sizeof *h->module);
    if (h->module == NULL)
        return REC_MEMORY;
    for (size_t at = 0; at < n && status == REC_OK;)
        status = take(&h->module[h->modules++], p, n, &at);
    return status;
}

void rec_modules_free(struct rec_header *h)
{
    for (size_t i = 0; i < h->modules; i++)
        free(h->module[i].path);
    free(h->module);
    h->module = NULL;
    h->modules = 0;
}
