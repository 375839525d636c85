#include "scene.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *scene_name;
struct con_peer *scene_server;

static void set_up(int rows, int cols)
{
    con_open(rows, cols);
    scene_name = con_name("Map");
}

void scene_set_up(void)
{
    set_up(24, 80);
}

void scene_set_up_wide(void)
{
    set_up(40, 130);
}

void scene_server_ends(void)
{
    if (scene_server != NULL)
        con_peer_end(scene_server);
    scene_server = NULL;
}

void scene_tear_down(void)
{
    con_close();
    scene_server_ends();
}

void scene_serve(void)
{
    scene_server = con_peer("sample_server", CON_ARGV(scene_name));
}

void scene_serve_text(const char *text)
{
    con_peer_send(scene_server, text);
    ck_assert_str_eq(con_peer_line(scene_server), "stored");
}

void scene_inspect(const char *option)
{
    scene_serve();
    con_start(CON_ARGV(con_shmlens, "--no-config", scene_name, option));
    con_wait_text("4d 00 65 00 73 00 73 00  61 00 67 00 65 00 20 00");
    con_wait_text("F10Quit"); /* the last row: the picture is whole */
}

void scene_quit(void)
{
    con_keys("Q");
    ck_assert_int_eq(con_exit(), 0);
    const char *what = con_not_restored();
    ck_assert_msg(what == NULL, "not as it was: %s", what);
}

void scene_client_prints(const char *text)
{
    char path[1024], line[512];
    snprintf(path, sizeof path, "%s/sample_client.exe", WIN_PEERS);
    snprintf(line, sizeof line, "%s\n", text);
    struct con_result r = con_run(CON_ARGV(path, scene_name));
    ck_assert_msg(r.status == 0, "status %d: %s", r.status, r.err);
    ck_assert_str_eq(r.out, line);
}
