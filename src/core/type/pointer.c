#include "core/type/pointer.h"

#include <stdio.h>

#include "core/type/why.h"

/* The windows of the process at index i: [i, the returned index). */
static size_t end_of(const struct type_source *s, size_t i)
{
    uint32_t process = s->window[i].process;
    while (i < s->windows && s->window[i].process == process)
        i++;
    return i;
}

/* Where the address lies in one of these windows. */
static bool through(const struct type_source *s, size_t from, size_t to, uint64_t address,
                    uint64_t *offset)
{
    for (size_t i = from; i < to; i++) {
        const struct type_window *w = &s->window[i];
        if (address >= w->address && address - w->address < w->size) {
            *offset = w->offset + (address - w->address);
            return *offset < s->size;
        }
    }
    return false;
}

/* The process that is asked first has it at *offset; false: it does not, or there is none. */
static bool first_asked(const struct type_source *s, uint64_t address, uint64_t *offset)
{
    size_t end = 0;
    for (size_t i = 0; s->as != 0 && i < s->windows; i = end) {
        end = end_of(s, i);
        if (s->window[i].process == s->as)
            return through(s, i, end, address, offset);
    }
    return false;
}

bool type_translate(const struct type_source *s, uint64_t address, struct type_point *out)
{
    size_t end = 0;
    uint32_t all = 0;
    uint64_t offset = 0;
    *out = (struct type_point){.reach = s->windows == 0 ? REACH_UNKNOWN : REACH_OUTSIDE};
    if (first_asked(s, address, &out->offset))
        out->process = s->as;
    for (size_t i = 0; i < s->windows; i = end, all++) {
        end = end_of(s, i);
        if (!through(s, i, end, address, &offset))
            continue;
        if (out->process == 0) {
            out->process = s->window[i].process;
            out->offset = offset;
        }
        if (offset == out->offset) {
            out->processes++;
        } else if (out->other == 0) {
            out->other = s->window[i].process;
            out->elsewhere = offset;
        }
    }
    if (out->processes > 0)
        out->reach = out->processes == all ? REACH_ALL : REACH_SOME;
    return out->processes > 0;
}

/* Does a link, or a pointer, with this value say that there is nothing? */
static bool leads_to_none(const struct type_node *leaf, const struct type_hint *hint,
                          uint64_t value)
{
    enum type_link link = (enum type_link)hint->link;
    unsigned width = leaf->bits != 0 ? leaf->bits : leaf->size < 8 ? 8 * (unsigned)leaf->size : 64;
    uint64_t all = width < 64 ? (UINT64_C(1) << width) - 1 : UINT64_MAX;
    if (link == LINK_SELF && hint->one_is_null && value == 1)
        return true;
    return link == LINK_ARRAY ? (value & all) == all : value == 0 && link != LINK_FIELD;
}

struct type_point type_point(const struct type_source *s, const struct type_node *leaf,
                             uint64_t value)
{
    struct type_point p = {.reach = REACH_NONE};
    const struct type_hint *hint = types_hint(s->t, leaf->hint);
    enum type_link link = (enum type_link)hint->link;
    bool pointer = link == LINK_NONE && types_get(s->t, leaf->real)->kind == TYPE_POINTER;
    if (leaf->kind != NODE_LEAF || (link == LINK_NONE && !pointer) ||
        leads_to_none(leaf, hint, value))
        return p;
    if (pointer) {
        (void)type_translate(s, value, &p);
        p.type = types_get(s->t, leaf->real)->target;
    } else {
        p.reach = type_target(s, leaf, value, &p.offset, &p.type) ? REACH_ALL : REACH_OUTSIDE;
    }
    return p;
}

/* The address of an offset in the windows [from, to) of one process. */
static bool address_of(const struct type_source *s, size_t from, size_t to, uint64_t offset,
                       uint64_t *address)
{
    for (size_t i = from; i < to; i++) {
        const struct type_window *w = &s->window[i];
        if (offset >= w->offset && offset - w->offset < w->size) {
            *address = w->address + (offset - w->offset);
            return true;
        }
    }
    return false;
}

/* The address of an offset that all processes have in common. */
static bool common_address(const struct type_source *s, uint64_t offset, uint64_t *address,
                           char why[TYPE_WHY_MAX])
{
    size_t end = 0;
    uint32_t first = 0;
    for (size_t i = 0; i < s->windows; i = end) {
        uint64_t here = 0;
        uint32_t process = s->window[i].process;
        end = end_of(s, i);
        if (!address_of(s, i, end, offset, &here))
            return type_refuse(why, "process %lu does not map +0x%llx", (unsigned long)process,
                               (unsigned long long)offset);
        if (first != 0 && here != *address)
            return type_refuse(why,
                               "processes %lu and %lu map it at different addresses: no pointer "
                               "means the same to both",
                               (unsigned long)first, (unsigned long)process);
        first = process;
        *address = here;
    }
    return first != 0 || type_refuse(why, "no process is seen to map it: its address is not known");
}

bool type_point_to(const struct type_source *s, const struct type_node *leaf, uint64_t offset,
                   uint64_t *value, char why[TYPE_WHY_MAX])
{
    const struct type_hint *h = types_hint(s->t, leaf->hint);
    if (offset >= s->size)
        return type_refuse(why, "+0x%llx is past the end of the segment",
                           (unsigned long long)offset);
    if (h->link == LINK_SELF)
        *value = offset - leaf->offset;
    else if (h->link == LINK_BASE)
        *value = offset - leaf->base;
    else if (h->link != LINK_NONE)
        return type_refuse(why, "+OFFSET is for pointers, and links that count from themselves or "
                                "from the base");
    else
        return common_address(s, offset, value, why);
    return true;
}

size_t type_point_format(const struct type_source *s, const struct type_node *leaf, uint64_t value,
                         char *out, size_t cap)
{
    struct type_point p = type_point(s, leaf, value);
    char also[64] = "", elsewhere[64] = "";
    unsigned link = types_hint(s->t, leaf->hint)->link;
    int n = 0;
    if (cap > 0)
        out[0] = '\0';
    if (p.processes > 1)
        (void)snprintf(also, sizeof also, " and %lu other%s map", (unsigned long)p.processes - 1,
                       p.processes == 2 ? "" : "s");
    if (p.other != 0)
        (void)snprintf(elsewhere, sizeof elsewhere, "; +0x%llx as %lu does",
                       (unsigned long long)p.elsewhere, (unsigned long)p.other);
    if (p.reach == REACH_ALL)
        n = snprintf(out, cap, " -> +0x%llx", (unsigned long long)p.offset);
    else if (p.reach == REACH_SOME)
        n = snprintf(out, cap, " -> +0x%llx (only as %lu%s it%s)", (unsigned long long)p.offset,
                     (unsigned long)p.process, also[0] != '\0' ? also : " maps", elsewhere);
    else if (p.reach == REACH_OUTSIDE)
        n = snprintf(out, cap, "%s",
                     link == LINK_ARRAY  ? " (no such element)"
                     : link != LINK_NONE ? " (past the end of the segment)"
                     : s->partial ? " (outside the segment in every process that can be read)"
                                  : " (outside the segment: of no use to others)");
    return n < 0 ? 0 : (size_t)n;
}
