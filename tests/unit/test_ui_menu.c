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
    {&screen_segments, "menu", "rnos@OTDdZBW"},
    {&screen_inspect, "menu", "ryuisgZBWf"},
    {&screen_segments, "options", "s"},
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

SUITE(test_ui_menu, .set_up = set_up, .tear_down = tear_down, TESTS(letters_are_the_keys));
