/* What the system allows, in words. */
#include "backend/segment.h"

unsigned seg_kinds(void)
{
    return (1U << SEG_KINDS) - 1U - (1U << SEG_REC);
}

const char *seg_naming(void)
{
    return "  /NAME  posix:/NAME  /dev/shm/NAME   POSIX shared memory\n"
           "  sysv:ID  sysv:key=KEY               System V shared memory (create sysv:new: a "
           "private "
           "one)\n"
           "  fd:PID/FD                           what a process holds open: memfd, unlinked, a "
           "file\n"
           "  map:PID/ADDRESS                     what a process has mapped shared there (root "
           "only)\n"
           "  ns:PID/NAME                         POSIX, in the /dev/shm that the process sees\n"
           "  memfd:NAME                          to create: lives as long as it is held\n"
           "  file:PATH                           a file, mapped shared\n"
           "  rec:PATH                            a recording\n";
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
        return "--force removes it anyway";
    default:
        return NULL;
    }
}
