/* types.h of a program that was built without libdw, or for a system without boxes. */
#include <stdio.h>
#include <stdlib.h>

#include "types/types.h"

struct types_client {
    char nothing;
};

struct types_client *types_client_new(struct backend *be)
{
    (void)be;
    return calloc(1, sizeof(struct types_client));
}

void types_client_start(struct types_client *c)
{
    (void)c;
}

void types_client_free(struct types_client *c)
{
    free(c);
}

bool types_box_wanted(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    return false;
}

int types_box_main(void)
{
    return EXIT_FAILURE;
}

bool types_can(void)
{
    return false;
}

void types_answer_free(struct types_answer *a)
{
    *a = (struct types_answer){.status = TYPES_FAILED};
}

static enum types_status nothing(struct types_answer *a)
{
    *a = (struct types_answer){.status = TYPES_NOT};
    (void)snprintf(a->reason, sizeof a->reason,
                   "this shmlens was built without libdw, which reads debug information; "
                   "--types FILE takes a C header");
    return a->status;
}

enum types_status types_by_name(struct types_client *c, const struct types_ask *ask,
                                const char *name, struct types_answer *a)
{
    (void)c;
    (void)ask;
    (void)name;
    return nothing(a);
}

enum types_status types_by_file(struct types_client *c, const char *path,
                                const struct types_ask *ask, const char *name,
                                struct types_answer *a)
{
    (void)c;
    (void)ask;
    (void)path;
    (void)name;
    return nothing(a);
}

enum types_status types_by_modules(struct types_client *c, const struct types_ask *ask,
                                   const struct types_module *module, size_t n, const char *name,
                                   struct types_answer *a)
{
    (void)c;
    (void)ask;
    (void)module;
    (void)n;
    (void)name;
    return nothing(a);
}

enum types_status types_modules(struct types_client *c, const struct types_ask *ask,
                                struct types_answer *a)
{
    (void)c;
    (void)ask;
    return nothing(a);
}

enum types_status types_names(struct types_client *c, const struct types_ask *ask,
                              const char *prefix, size_t most, struct types_answer *a)
{
    (void)c;
    (void)ask;
    (void)prefix;
    (void)most;
    return nothing(a);
}

enum types_status types_variables(struct types_client *c, const struct types_ask *ask,
                                  uint64_t address, struct types_answer *a)
{
    (void)c;
    (void)ask;
    (void)address;
    return nothing(a);
}

enum types_status types_frame(struct types_client *c, const struct types_ask *ask,
                              struct types_frame *f, struct types_answer *a)
{
    (void)c;
    (void)ask;
    f->known = 0;
    return nothing(a);
}

enum types_status types_records(struct types_client *c, const struct types_ask *ask, uint64_t least,
                                uint64_t most, struct types_answer *a)
{
    (void)c;
    (void)ask;
    (void)least;
    (void)most;
    return nothing(a);
}
