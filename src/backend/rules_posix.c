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
        return "posix:/NAME, sysv:ID, fd:PID/FD, map:PID/ADDRESS, ns:PID/NAME, file:PATH, rec:PATH";
    case SEG_E_IN_USE:
        return "--force removes the name all the same";
    default:
        return NULL;
    }
}
