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
    case SEG_E_NAME:
        return "1 to 32766 UTF-16 units with Local\\ or Global\\, no other backslash";
    case SEG_E_NOT_SEGMENT:
        return "an event, a mutex, a semaphore or the like has this name";
    case SEG_E_IN_USE:
        return "on Windows a name goes with its last handle and cannot be removed";
    case SEG_E_UNSUPPORTED:
        return "a section of Windows keeps its size and its rights";
    default:
        return NULL;
    }
}
