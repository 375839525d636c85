/* What both sides of the box know. */
#ifndef SHMLENS_BACKEND_LINUX_BOXED_INSIDE_H
#define SHMLENS_BACKEND_LINUX_BOXED_INSIDE_H

#include <fcntl.h>

#define BOXED_WORD "--boxed" /* the one argument */
enum { BOXED_FD = 3 };       /* the socket */

#endif
