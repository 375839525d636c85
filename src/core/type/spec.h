/* `--type T`: which type, and where. Pure. */
#ifndef SHMLENS_CORE_TYPE_SPEC_H
#define SHMLENS_CORE_TYPE_SPEC_H

#include "core/type/tree.h"

struct type_spec {
    char name[TYPE_NAME_MAX];
    bool many, located; /* [N], @OFFSET were given */
    uint64_t count;     /* 0 with `many`: `[]`, as many as there is room for */
    char offset[64];    /* as written: `0x40`, `end-40` */
};

/* `NAME`, `NAME@OFFSET`, `NAME[N]@OFFSET`. False: `why`. */
MUST_USE bool type_spec_parse(const char *text, struct type_spec *out, char why[TYPE_WHY_MAX]);

#endif
