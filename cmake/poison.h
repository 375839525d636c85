/* Included before every file of ours: functions that cannot be used safely do not compile. */
#ifndef SHMLENS_POISON_H
#define SHMLENS_POISON_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#pragma GCC poison strcpy strcat sprintf vsprintf atoi atol atoll strtok gets

#endif
