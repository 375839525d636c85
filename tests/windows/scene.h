/* What the suites of the UI share: the classic sample's programs beside it on a console. */
#ifndef SHMLENS_TESTS_WINDOWS_SCENE_H
#define SHMLENS_TESTS_WINDOWS_SCENE_H

#include <check.h>

#include "console.h"

extern const char *scene_name; /* of the segment of one test, `Local\Map-...` */
extern struct con_peer *scene_server;

/* Fixture of every test: a console of 24 x 80, a new name. */
void scene_set_up(void);
void scene_set_up_wide(void); /* the same at 40 x 130 */
void scene_tear_down(void);

void scene_serve(void);                  /* starts the sample's first process */
void scene_serve_text(const char *text); /* it stores another string */
void scene_server_ends(void);

/* The program on its segment with one more option (NULL: none), when the picture is whole. */
void scene_inspect(const char *option);

/* Quits with Q: exit status 0, the console as it was. */
void scene_quit(void);

/* What the sample's second process prints. */
void scene_client_prints(const char *text);

#endif
