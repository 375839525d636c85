/* What the system allows, in words. */
#include "backend/segment.h"

unsigned seg_kinds(void)
{
    return (1U << SEG_KINDS) - 1U - (1U << SEG_REC);
}

const char *seg_naming(void)
{
    return "  /NAME  posix:/NAME  /dev/shm/NAME   POSIX shared memory\n"
           "  file:PATH                           a file, mapped shared\n";
}

const char *seg_demo_name(void)
{
    return "/shmlens-demo";
}

const char *seg_rule(uint32_t refusal)
{
    switch (refusal) {
    case SEG_E_LOCATOR:
        return "a segment is /NAME or posix:/NAME, a file is file:PATH";
    case SEG_E_NAME:
        return "1 to 255 bytes, no slash inside, not . or ..";
    case SEG_E_NOT_SEGMENT:
        return "a folder, fifo, link or device has this name";
    case SEG_E_IN_USE:
        return "--force removes the name all the same";
    default:
        return NULL;
    }
}
