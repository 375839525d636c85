#include "lab/ending.h"

#include <stdint.h>
#include <stdio.h>

#define UNMAPPED "it touched memory that is not mapped (or stored into what is read-only)"

/* The numbers are the systems' own. */
static const struct {
    int signal;
    bool crash;
    const char *name, *why;
} signals[] = {
    {1, false, "SIGHUP", NULL},
    {2, false, "SIGINT", NULL},
    {3, false, "SIGQUIT", NULL},
    {4, true, "SIGILL", "it executed what is not an instruction of this processor"},
    {5, true, "SIGTRAP", NULL},
    {6, true, "SIGABRT", "it called abort"},
    {7, true, "SIGBUS",
     "it touched a page beyond the end of the segment (or one for which no memory was left)"},
    {8, true, "SIGFPE", "an arithmetic error, such as a division by zero"},
    {9, false, "SIGKILL", NULL},
    {11, true, "SIGSEGV", UNMAPPED},
    {13, false, "SIGPIPE", "it wrote to a pipe that nobody reads"},
    {14, false, "SIGALRM", NULL},
    {15, false, "SIGTERM", NULL},
};

static const struct {
    uint32_t code;
    const char *name, *why;
} exceptions[] = {
    {0xc0000005, "EXCEPTION_ACCESS_VIOLATION", UNMAPPED},
    {0xc0000006, "EXCEPTION_IN_PAGE_ERROR", "a page could not be read"},
    {0xc000001d, "EXCEPTION_ILLEGAL_INSTRUCTION", "it executed what is not an instruction"},
    {0xc0000094, "EXCEPTION_INT_DIVIDE_BY_ZERO", NULL},
    {0xc00000fd, "EXCEPTION_STACK_OVERFLOW", NULL},
};

bool peers_crashed(const struct peer_end *how)
{
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
        if (how->signal == signals[i].signal)
            return signals[i].crash;
    return (uint32_t)how->status >> 28 == 0xc; /* NTSTATUS: an error of the system's */
}

static void killed_by(const char *name, const char *why, char *out, size_t cap)
{
    (void)snprintf(out, cap, "was killed by %s%s%s", name, why != NULL ? ": " : "",
                   why != NULL ? why : "");
}

void ending_words(const struct peer_end *how, char *out, size_t cap)
{
    uint32_t status = (uint32_t)how->status;
    if (how->signal == 0 && !peers_crashed(how))
        (void)snprintf(out, cap, "ended with status %d", how->status);
    else if (how->signal != 0)
        (void)snprintf(out, cap, "was killed by signal %d", how->signal);
    else
        (void)snprintf(out, cap, "was killed by exception 0x%08x", (unsigned)status);
    for (size_t i = 0; how->signal != 0 && i < sizeof signals / sizeof *signals; i++)
        if (how->signal == signals[i].signal)
            killed_by(signals[i].name, signals[i].why, out, cap);
    for (size_t i = 0; how->signal == 0 && i < sizeof exceptions / sizeof *exceptions; i++)
        if (status == exceptions[i].code)
            killed_by(exceptions[i].name, exceptions[i].why, out, cap);
}
