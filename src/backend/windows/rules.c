/* What the system allows, in words. */
#include "backend/segment.h"

unsigned seg_kinds(void)
{
    return 1U << SEG_WIN;
}

const char *seg_naming(void)
{
    return "  Local\\NAME  Global\\NAME  win:NAME    a named file mapping (section)\n"
           "  file:PATH                           a file, mapped shared\n"
           "  rec:PATH                            a recording made by shmlens record\n";
}

const char *seg_demo_name(void)
{
    return "Local\\shmlens-demo";
}

const char *seg_rule(uint32_t refusal)
{
    switch (refusal) {
    case SEG_E_LOCATOR:
        return "a segment is Local\\NAME, Global\\NAME or win:NAME, a file is file:PATH";
    case SEG_E_IN_USE:
        return "on Windows a name disappears with its last handle and cannot be removed";
    default:
        return NULL;
    }
}
