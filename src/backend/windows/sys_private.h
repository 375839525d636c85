/* What the files that implement sys_windows.h share. */
#ifndef SHMLENS_BACKEND_WINDOWS_SYS_PRIVATE_H
#define SHMLENS_BACKEND_WINDOWS_SYS_PRIVATE_H

#include <stdbool.h>
#include <stdint.h>

uint32_t sys_last(bool bad);  /* GetLastError() of a failed call, never 0; 0: it did not fail */
uint32_t sys_nt(long status); /* the code of an NTSTATUS; 0: success */

#endif
