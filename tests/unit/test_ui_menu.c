/* The letters of menus. */
#include <stdio.h>
#include <string.h>

#include "support/stage.h"
#include "support/suite.h"
#include "ui/frame/ui.h"

static struct stage *st;

static void set_up(void)
{
    st = stage_new(24, 80, 4096);
}

static void tear_down(void)
{
    stage_tear_down();
}

static const struct {
    const struct screen *screen;
    const char *menu, *letters; /* some that the menu must have */
} menus[] = {
    {&screen_segments, "menu", "rnos@OTDdZBWK"},
    {&screen_inspect, "menu", "ryuisgZBWfK"},
    {&screen_segments, "options", "veEzt"},
    {&screen_inspect, "options", "veEzt"},
};

/* Who knows a key of the screen presses it in the menu as well: it means the same there. */
TEST_LOOP(letters_are_the_keys, SUITE_ROWS(menus))
{
    struct ui *ui = &st->ui;
    const struct binding *b = NULL;
    char command[64];
    ui->depth = 1;
    ui->stack[0] = menus[_i].screen;
    ui_run(ui, menus[_i].menu);
    ck_assert_int_eq(ui->prompt.kind, PROMPT_MENU);
    for (const char *p = menus[_i].letters; *p != '\0'; p++) {
        bool found = false;
        for (int k = 0; k < ui->prompt.menu_count; k++)
            found = found || ui->menu[k].letter == (uint32_t)*p;
        ck_assert_msg(found, "%c", *p);
    }
    for (int k = 0; k < ui->prompt.menu_count; k++) {
        if (ui->menu[k].letter != 0)
            b = ui_binding(ui, (struct key){.code = ui->menu[k].letter});
        if (ui->menu[k].letter == 0 || b == NULL || ui->menu[k].command[0] == '\0')
            continue;
        (void)snprintf(command, sizeof command, "%.*s", (int)strcspn(b->command, " "), b->command);
        bool same = strcmp(menus[_i].menu, "menu") == 0
                        ? strcmp(b->command, ui->menu[k].command) == 0
                        : strstr(ui->menu[k].command, command) != NULL;
        ck_assert_msg(same, "%s: %s", ui->menu[k].label, b->command);
    }
}

/* The letter of an entry of this screen's menu; 0: it has none, -1: there is no such entry. */
static int letter_in(const struct screen *screen, const char *menu, const char *command)
{
    struct ui *ui = &st->ui;
    ui->depth = 1;
    ui->stack[0] = screen;
    ui->prompt.kind = PROMPT_NONE;
    ui->s.caps = SEG_CAP_RESIZE | SEG_CAP_CHMOD;
    ui_run(ui, menu);
    for (int k = 0; k < ui->prompt.menu_count; k++)
        if (strcmp(ui->menu[k].command, command) == 0)
            return (int)ui->menu[k].letter;
    return -1;
}

/* What is in both menus has one letter. A key of one screen alone is no letter on the other. */
TEST(the_same_letter_on_both_screens)
{
    static const char *const both[][2] = {{"menu", "info"},
                                          {"menu", "prompt command resize"},
                                          {"menu", "prompt command chmod"},
                                          {"menu", "prompt command save"},
                                          {"menu", "record"},
                                          {"menu", "who"},
                                          {"menu", "calls"},
                                          {"options", "set inspector off"},
                                          {"options", "set strip off"},
                                          {"options", "set theme dark"},
                                          {"options", "prompt command set hz"},
                                          {"options", "prompt command set sort"}};
    for (size_t i = 0; i < sizeof both / sizeof both[0]; i++) {
        int list = letter_in(&screen_segments, both[i][0], both[i][1]);
        ck_assert_msg(list >= 0, "%s", both[i][1]);
        ck_assert_msg(letter_in(&screen_inspect, both[i][0], both[i][1]) == list, "%s", both[i][1]);
    }
}

SUITE(test_ui_menu, .set_up = set_up, .tear_down = tear_down,
      TESTS(letters_are_the_keys, the_same_letter_on_both_screens));
